/* A machine's clocks, driven from outside: loaded with LD_PRELOAD, told the time by a file that is mapped into memory.

   FAKE_CLOCK_FILE    the file: a header (struct face) and a table of the threads that wait (struct waiter).
   FAKE_CLOCK_STEADY  when set, the clocks that cannot be set (monotonic, since boot) are driven too, and with them the
                      waits of threads: they last until the driven clock is there, however long or short that takes.
                      Without it only the wall clock is driven, which is what a server of web pages may bear: its timers
                      go on as always.

   The clocks stand still, or go on from where they are at their usual speed (`runs`). Other waits (sleep, conditions
   such as the one by which Python hands over between threads) keep their length in true time. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define WAITERS 128
#define SECOND 1000000000LL
#define SLICE 8000000LL

struct waiter {
    _Atomic int32_t pid, tid;
    _Atomic int64_t until; /* on the steady clock; 0 while the thread is at work */
};

struct face {
    _Atomic uint32_t turn; /* odd while it is written */
    uint32_t runs;
    int64_t wall, steady, boot, since; /* nanoseconds; `since` is the true steady clock when they were set */
    struct waiter waiters[WAITERS];
};

static struct face *face;
static int drives_steady;
static __thread struct waiter *mine;

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);
static int (*real_sem_clockwait)(sem_t *, clockid_t, const struct timespec *);
static int (*real_sem_timedwait)(sem_t *, const struct timespec *);
static int (*real_cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*real_cond_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);

static void *find(const char *name, const char *version)
{
    void *found = version ? dlvsym(RTLD_NEXT, name, version) : NULL;
    return found ? found : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void begin(void)
{
    if (real_gettime)
        return;
    real_nanosleep = find("clock_nanosleep", NULL);
    real_sem_clockwait = find("sem_clockwait", NULL);
    real_sem_timedwait = find("sem_timedwait", NULL);
    real_cond_timedwait = find("pthread_cond_timedwait", "GLIBC_2.3.2");
    real_cond_clockwait = find("pthread_cond_clockwait", NULL);
    real_gettime = find("clock_gettime", NULL);
    const char *path = getenv("FAKE_CLOCK_FILE");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *map = mmap(NULL, sizeof(struct face), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    drives_steady = getenv("FAKE_CLOCK_STEADY") != NULL;
    if (map != MAP_FAILED)
        face = map;
}

static int64_t count(const struct timespec *time)
{
    return time->tv_sec * SECOND + time->tv_nsec;
}

static struct timespec spell(int64_t nanoseconds)
{
    if (nanoseconds < 0)
        nanoseconds = 0;
    return (struct timespec){nanoseconds / SECOND, nanoseconds % SECOND};
}

static int64_t true_time(clockid_t clock)
{
    struct timespec now;
    real_gettime(clock, &now);
    return count(&now);
}

static int is_driven(clockid_t clock)
{
    if (!face)
        return 0;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        return 1;
    return drives_steady && (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
                             clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME);
}

static int64_t driven_time(clockid_t clock)
{
    uint32_t turn;
    int64_t time, since;
    uint32_t runs;
    do {
        while ((turn = atomic_load(&face->turn)) & 1)
            ;
        time = clock == CLOCK_BOOTTIME                                        ? face->boot
               : clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? face->wall
                                                                             : face->steady;
        since = face->since;
        runs = face->runs;
        atomic_thread_fence(memory_order_seq_cst);
    } while (turn != atomic_load(&face->turn));
    return runs ? time + true_time(CLOCK_MONOTONIC) - since : time;
}

/* A moment of a driven clock, as the true one will show it when as much time has passed. */
static struct timespec in_truth(clockid_t clock, const struct timespec *moment)
{
    return spell(true_time(clock) + count(moment) - driven_time(clock));
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!real_gettime)
        begin();
    if (!is_driven(clock))
        return real_gettime(clock, now);
    *now = spell(driven_time(clock));
    return 0;
}

time_t time(time_t *kept)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept)
        *kept = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec known;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &known);
    *now = (struct timeval){known.tv_sec, known.tv_nsec / 1000};
    return 0;
}

int timespec_get(struct timespec *now, int base)
{
    if (base != TIME_UTC)
        return 0;
    clock_gettime(CLOCK_REALTIME, now);
    return base;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *rest)
{
    if (!(flags & TIMER_ABSTIME) || !is_driven(clock))
        return real_nanosleep(clock, flags, wanted, rest);
    struct timespec until = in_truth(clock, wanted);
    return real_nanosleep(clock, flags, &until, rest);
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict moment)
{
    /* Which clock the condition goes by is not told; the wall clock's moments are decades later than the others'. */
    clockid_t clock = moment->tv_sec > 1000000000 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    if (!is_driven(clock))
        return real_cond_timedwait(condition, mutex, moment);
    struct timespec until = in_truth(clock, moment);
    return real_cond_timedwait(condition, mutex, &until);
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *moment)
{
    if (!is_driven(clock))
        return real_cond_clockwait(condition, mutex, clock, moment);
    struct timespec until = in_truth(clock, moment);
    return real_cond_clockwait(condition, mutex, clock, &until);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict moment)
{
    if (!is_driven(CLOCK_REALTIME))
        return real_sem_timedwait(semaphore, moment);
    struct timespec until = in_truth(CLOCK_REALTIME, moment);
    return real_sem_timedwait(semaphore, &until);
}

static struct waiter *enrol(void)
{
    if (mine && atomic_load(&mine->pid) != (int32_t)getpid())
        mine = NULL; /* a fork */
    for (int place = 0; !mine && place < WAITERS; place++) {
        int32_t nobody = 0;
        if (atomic_compare_exchange_strong(&face->waiters[place].tid, &nobody, (int32_t)syscall(SYS_gettid))) {
            mine = &face->waiters[place];
            atomic_store(&mine->pid, (int32_t)getpid());
        }
    }
    return mine;
}

/* Python's threads wait so for a lock or an event with a time-out. */
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *moment)
{
    if (!is_driven(clock))
        return real_sem_clockwait(semaphore, clock, moment);
    int64_t until = count(moment);
    struct waiter *place = enrol();
    int done, why = 0;
    for (;;) {
        if (place)
            atomic_store(&place->until, until);
        struct timespec slice = spell(true_time(clock) + SLICE);
        done = real_sem_clockwait(semaphore, clock, &slice);
        why = errno;
        if (done == 0 || why != ETIMEDOUT || driven_time(clock) >= until)
            break;
    }
    if (place)
        atomic_store(&place->until, 0);
    errno = why;
    return done;
}

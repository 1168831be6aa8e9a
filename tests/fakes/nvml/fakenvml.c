/* A libnvidia-ml.so.1 without a GPU: what it answers stands in a text file, named by FAKE_NVML_STATE.

   One `key=value` a line. The file is looked at on every call and read again when it changed, so that a test may change
   the machine under a program that is running. Replace it by rename. A missing file means a machine with the defaults.

   count=N  driver=TEXT  cuda=13000  nvml=TEXT
   gpuI.name .uuid .pci .util .memutil .mem.total .mem.used .mem.reserved .temp .power_mw .limit_mw .fan .pstate
   gpuI.clk.sm .clk.mem .clk.sm.max .clk.mem.max .throttle .ecc.corr .ecc.uncorr .ecc.volatile.uncorr
   gpuI.remap.corr .remap.uncorr .remap.pending .remap.failed
   gpuI.procs=PID:BYTES,...  .gprocs  .mprocs     compute, graphics and MPS processes; no BYTES: memory not available
   gpuI.putil=PID:SM[:AGE_SECONDS],...            samples of process utilisation
   gpuI.putil.success=1                           no sample, said as some drivers do: success, and nothing written
   gpuI.mig=1 .mig.count=N  gpuI.migJ.uuid .name .mem.total .mem.used .procs
   gpuI.xid=79 .xid.seq=1 [.xid.gpu=J]            an XID event for each growth of xid.seq
   gpuI.absent=1                                  fell off the bus: not counted, its old handle says "GPU is lost"
   err=CODE  err.FUNCTION=CODE  gpuI.err=CODE  gpuI.err.FUNCTION=CODE  gpuI.migJ.err.FUNCTION=CODE
   hang.FUNCTION=SECONDS  gpuI.hang.FUNCTION=SECONDS   ends early when the key is taken away
   slow_us=N                                      every call takes that long, as a driver does

   Build with -DOLD_DRIVER for a driver of about R450: without the newer symbols. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef int Return;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct { int gpu, instance; } *Handle; /* instance −1: the GPU itself */

enum { OK, UNINITIALIZED, BAD_ARGUMENT, NOT_SUPPORTED, NO_PERMISSION, NOT_FOUND = 6, TOO_SMALL = 7, TIMEOUT = 10,
       LOST = 15, BAD_VERSION = 25 };
#define GPUS 16
#define INSTANCES 8
#define SLOTS 8192
#define EXPORT __attribute__((visibility("default")))

/* ---- the state file ---- */

struct entry { const char *key, *value; u32 hash; };
static struct entry table[SLOTS];
static char *text;
static struct stat known;
static int loaded, has_faults; /* loaded: how often */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static u32 hash_of(const char *key) {
    u32 h = 2166136261u;
    while (*key) h = (h ^ (unsigned char)*key++) * 16777619u;
    return h;
}

static struct entry *slot(const char *key) {
    u32 h = hash_of(key);
    for (u32 i = h;; i++) {
        struct entry *e = &table[i % SLOTS];
        if (!e->key || (e->hash == h && !strcmp(e->key, key))) { e->hash = h; return e; }
    }
}

static void load(const char *path, off_t size) {
    FILE *file = fopen(path, "r");
    memset(table, 0, sizeof table);
    free(text);
    text = NULL;
    has_faults = 0;
    if (!file) return;
    text = malloc(size + 1);
    text[fread(text, 1, size, file)] = 0;
    fclose(file);
    char *rest = NULL;
    int count = 0;
    for (char *line = strtok_r(text, "\n", &rest); line && count < SLOTS / 2; line = strtok_r(NULL, "\n", &rest)) {
        char *equals = strchr(line, '=');
        if (!equals) continue;
        *equals = 0;
        struct entry *e = slot(line);
        e->key = line;
        e->value = equals + 1;
        count++;
        if (!strncmp(line, "err", 3) || strstr(line, ".err") || strstr(line, "hang.") || strstr(line, ".absent") ||
            !strcmp(line, "slow_us"))
            has_faults = 1;
    }
}

/* Read the file again if it changed since the last call. */
static void refresh(void) {
    static const char *path;
    struct stat now = {0};
    pthread_mutex_lock(&mutex);
    if (!path) path = getenv("FAKE_NVML_STATE");
    if (path) stat(path, &now);
    if (!loaded || now.st_ino != known.st_ino || now.st_size != known.st_size ||
        memcmp(&now.st_mtim, &known.st_mtim, sizeof now.st_mtim)) {
        load(path ? path : "", now.st_size);
        known = now;
        loaded++;
    }
    pthread_mutex_unlock(&mutex);
}

/* The value of a key into a buffer; 0 when there is none. */
static int get(const char *key, char *out, u32 size) {
    pthread_mutex_lock(&mutex);
    struct entry *e = slot(key);
    int found = e->key != NULL;
    if (found) snprintf(out, size, "%s", e->value);
    pthread_mutex_unlock(&mutex);
    return found;
}

static u64 number(const char *key, u64 otherwise) {
    pthread_mutex_lock(&mutex);
    struct entry *e = slot(key);
    u64 value = e->key ? strtoull(e->value, NULL, 0) : otherwise;
    pthread_mutex_unlock(&mutex);
    return value;
}

/* ---- handles ---- */

static struct { int gpu, instance; } handles[GPUS][INSTANCES + 1];

static Handle handle(int gpu, int instance) {
    handles[gpu][instance + 1].gpu = gpu;
    handles[gpu][instance + 1].instance = instance;
    return (Handle)&handles[gpu][instance + 1];
}

static int is_ours(Handle h) { return (void *)h >= (void *)handles && (void *)h < (void *)(handles + GPUS); }

/* "gpu3.util", or "gpu3.mig1.util" for an instance. */
static const char *key_of(Handle h, const char *name) {
    static __thread char key[160];
    char *at = key;
    memcpy(at, "gpu", 3);
    at += 3;
    if (h->gpu >= 10) *at++ = '0' + h->gpu / 10;
    *at++ = '0' + h->gpu % 10;
    if (h->instance >= 0) {
        memcpy(at, ".mig", 4);
        at += 4;
        *at++ = '0' + h->instance;
    }
    *at++ = '.';
    snprintf(at, sizeof key - (at - key), "%s", name);
    return key;
}

static u64 value(Handle h, const char *name, u64 otherwise) { return number(key_of(h, name), otherwise); }

static int slots(void) {
    u64 count = number("count", 1);
    return count < GPUS ? (int)count : GPUS;
}

static int is_absent(int gpu) {
    if (gpu >= slots()) return 1;
    return has_faults && value(handle(gpu, -1), "absent", 0);
}

static int present(void) {
    int count = 0;
    for (int i = 0; i < slots(); i++) count += !is_absent(i);
    return count;
}

/* ---- faults ---- */

struct counter { const char *name; u64 calls; struct counter *next; };
static struct counter *counters;
static u64 all_calls;
static int initialised;

static void wait_out(const char *key) {
    double left;
    for (double gone = 0; (left = (double)number(key, 0) - gone) > 0; gone += 0.02) {
        usleep(left < 0.02 ? (useconds_t)(left * 1e6) : 20000);
        refresh();
    }
}

static Return fault(Handle h, const char *function) {
    char name[128], key[192];
    snprintf(name, sizeof name, "hang.%s", function);
    wait_out(name);
    if (h) {
        snprintf(key, sizeof key, "%s", key_of(h, name));
        wait_out(key);
    }
    u64 slow = number("slow_us", 0);
    if (slow) usleep(slow);
    Return code = number("err", 0);
    snprintf(name, sizeof name, "err.%s", function);
    if (!code) code = number(name, 0);
    if (h && !code) code = value(handle(h->gpu, -1), "err", 0);
    if (h && !code) code = value(h, name, 0);
    if (h && !code && is_absent(h->gpu)) code = LOST;
    return code;
}

static Return enter(Handle h, int needs_handle, struct counter *counter) {
    pthread_mutex_lock(&mutex);
    if (!counter->calls++) {
        counter->next = counters;
        counters = counter;
    }
    all_calls++;
    pthread_mutex_unlock(&mutex);
    refresh();
    int begins = !strncmp(counter->name, "nvmlInit", 8);
    if (has_faults) {
        Return code = fault(needs_handle && is_ours(h) ? h : NULL, counter->name);
        if (code) return code;
    }
    if (!initialised && !begins) return UNINITIALIZED;
    if (needs_handle && !is_ours(h)) return BAD_ARGUMENT;
    if (needs_handle && h->gpu >= slots()) return LOST;
    return OK;
}

#define ENTER(h, needs)                                              \
    static struct counter counter = {__func__, 0, NULL};             \
    do {                                                             \
        Return code_ = enter((Handle)(h), needs, &counter);          \
        if (code_) return code_;                                     \
    } while (0)
#define ON(h) ENTER(h, 1)
#define SYSTEM() ENTER(NULL, 0)

/* Not part of NVML: how often a function was called, or all of them for NULL. */
EXPORT u64 fakeNvmlCalls(const char *name) {
    if (!name) return all_calls;
    for (struct counter *c = counters; c; c = c->next)
        if (!strcmp(c->name, name)) return c->calls;
    return 0;
}

/* ---- system ---- */

EXPORT Return nvmlInitWithFlags(u32 flags) { (void)flags; SYSTEM(); initialised++; return OK; }
EXPORT Return nvmlInit_v2(void) { SYSTEM(); initialised++; return OK; }
EXPORT Return nvmlShutdown(void) { SYSTEM(); initialised--; return OK; }

EXPORT const char *nvmlErrorString(Return code) {
    switch (code) {
    case 0: return "Success";
    case 1: return "Uninitialized";
    case 2: return "Invalid Argument";
    case 3: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case 6: return "Not Found";
    case 7: return "Insufficient Size";
    case 9: return "Driver Not Loaded";
    case 10: return "Timeout";
    case 15: return "GPU is lost";
    case 16: return "GPU requires restart";
    case 18: return "Driver/library version mismatch";
    case 999: return "Unknown Error";
    default: return "Error";
    }
}

EXPORT Return nvmlSystemGetDriverVersion(char *out, u32 size) {
    SYSTEM();
    if (!get("driver", out, size)) snprintf(out, size, "580.82.07");
    return OK;
}
EXPORT Return nvmlSystemGetNVMLVersion(char *out, u32 size) {
    SYSTEM();
    if (!get("nvml", out, size)) snprintf(out, size, "13.580.82.07");
    return OK;
}
EXPORT Return nvmlSystemGetCudaDriverVersion(int *out) { SYSTEM(); *out = (int)number("cuda", 13000); return OK; }
EXPORT Return nvmlSystemGetCudaDriverVersion_v2(int *out) { SYSTEM(); *out = (int)number("cuda", 13000); return OK; }
EXPORT Return nvmlDeviceGetCount_v2(u32 *out) { SYSTEM(); *out = present(); return OK; }

/* ---- which GPU ---- */

EXPORT Return nvmlDeviceGetHandleByIndex_v2(u32 index, Handle *out) {
    SYSTEM();
    u32 at = 0;
    for (int i = 0; i < slots(); i++)
        if (!is_absent(i) && at++ == index) {
            *out = handle(i, -1);
            return has_faults ? fault(*out, __func__) : OK;
        }
    return BAD_ARGUMENT;
}

static void uuid_of(Handle h, char *out, u32 size) {
    if (get(key_of(h, "uuid"), out, size)) return;
    if (h->instance < 0) snprintf(out, size, "GPU-00000000-0000-0000-0000-0000000000%02d", h->gpu);
    else snprintf(out, size, "MIG-00000000-0000-0000-0000-00000000%02d%02d", h->gpu, h->instance);
}

static void pci_of(Handle h, char *out, u32 size) {
    if (!get(key_of(handle(h->gpu, -1), "pci"), out, size)) snprintf(out, size, "00000000:%02X:00.0", h->gpu + 1);
}

EXPORT Return nvmlDeviceGetHandleByUUID(const char *uuid, Handle *out) {
    SYSTEM();
    char own[96];
    for (int i = 0; i < slots(); i++)
        for (int j = -1; j < INSTANCES && !is_absent(i); j++) {
            uuid_of(handle(i, j), own, sizeof own);
            if (!strcmp(own, uuid)) {
                *out = handle(i, j);
                return has_faults ? fault(*out, __func__) : OK;
            }
        }
    return NOT_FOUND;
}
EXPORT Return nvmlDeviceGetHandleByPciBusId_v2(const char *bus, Handle *out) {
    SYSTEM();
    char own[64];
    for (int i = 0; i < slots(); i++) {
        pci_of(handle(i, -1), own, sizeof own);
        if (!is_absent(i) && !strcmp(own, bus)) { *out = handle(i, -1); return OK; }
    }
    return NOT_FOUND;
}
EXPORT Return nvmlDeviceGetIndex(Handle h, u32 *out) {
    ON(h);
    *out = 0;
    for (int i = 0; i < h->gpu; i++) *out += !is_absent(i);
    return OK;
}
EXPORT Return nvmlDeviceGetName(Handle h, char *out, u32 size) {
    ON(h);
    char model[96], profile[64];
    if (!get(key_of(handle(h->gpu, -1), "name"), model, sizeof model)) snprintf(model, sizeof model, "Fake GPU");
    if (h->instance < 0) { snprintf(out, size, "%s", model); return OK; }
    if (!get(key_of(h, "name"), profile, sizeof profile)) snprintf(profile, sizeof profile, "1g.10gb");
    snprintf(out, size, "%s MIG %s", model, profile);
    return OK;
}
EXPORT Return nvmlDeviceGetUUID(Handle h, char *out, u32 size) { ON(h); uuid_of(h, out, size); return OK; }
EXPORT Return nvmlDeviceGetSerial(Handle h, char *out, u32 size) {
    ON(h);
    snprintf(out, size, "13200%d", h->gpu);
    return OK;
}

struct pci { char old[16]; u32 domain, bus, device, id, subsystem; char bus_id[32]; };
EXPORT Return nvmlDeviceGetPciInfo_v3(Handle h, struct pci *out) {
    ON(h);
    memset(out, 0, sizeof *out);
    pci_of(h, out->bus_id, sizeof out->bus_id);
    strncpy(out->old, strlen(out->bus_id) > 4 ? out->bus_id + 4 : out->bus_id, sizeof out->old - 1);
    sscanf(out->bus_id, "%x:%x:%x", &out->domain, &out->bus, &out->device);
    return OK;
}

/* ---- figures ---- */

struct memory { u64 total, free, used; };
struct memory2 { u32 version; u64 total, reserved, free, used; };
static void memory_of(Handle h, struct memory2 *out) {
    out->total = value(h, "mem.total", (h->instance < 0 ? 24ull : 10ull) << 30);
    out->reserved = h->instance < 0 ? value(h, "mem.reserved", out->total ? 300ull << 20 : 0) : 0;
    out->used = value(h, "mem.used", 0);
    out->free = out->total > out->used + out->reserved ? out->total - out->used - out->reserved : 0;
}
EXPORT Return nvmlDeviceGetMemoryInfo(Handle h, struct memory *out) {
    ON(h);
    struct memory2 m;
    memory_of(h, &m);
    out->total = m.total;
    out->free = m.free;
    out->used = m.used + m.reserved; /* since R510 the first version counts what is reserved as used */
    return OK;
}
#ifndef OLD_DRIVER
EXPORT Return nvmlDeviceGetMemoryInfo_v2(Handle h, struct memory2 *out) {
    ON(h);
    if (out->version != (sizeof *out | (2 << 24))) return BAD_VERSION;
    memory_of(h, out);
    return OK;
}
#endif
EXPORT Return nvmlDeviceGetBAR1MemoryInfo(Handle h, struct memory *out) {
    ON(h);
    out->total = 256ull << 20;
    out->used = 4ull << 20;
    out->free = out->total - out->used;
    return OK;
}

struct utilisation { u32 gpu, memory; };
EXPORT Return nvmlDeviceGetUtilizationRates(Handle h, struct utilisation *out) {
    ON(h);
    if (h->instance >= 0 || value(h, "mig", 0)) return NOT_SUPPORTED;
    out->gpu = value(h, "util", 0);
    out->memory = value(h, "memutil", 0);
    return OK;
}

#define FIGURE(function, type, key, otherwise) \
    EXPORT Return function(Handle h, type *out) { ON(h); *out = (type)value(h, key, otherwise); return OK; }
FIGURE(nvmlDeviceGetPowerUsage, u32, "power_mw", 30000)
FIGURE(nvmlDeviceGetEnforcedPowerLimit, u32, "limit_mw", 350000)
FIGURE(nvmlDeviceGetPowerManagementLimit, u32, "limit_mw", 350000)
FIGURE(nvmlDeviceGetFanSpeed, u32, "fan", 30)
FIGURE(nvmlDeviceGetPerformanceState, u32, "pstate", 2)
FIGURE(nvmlDeviceGetPersistenceMode, u32, "persistence", 1)
FIGURE(nvmlDeviceGetComputeMode, u32, "compute_mode", 0)
FIGURE(nvmlDeviceGetDisplayActive, u32, "display", 0)
FIGURE(nvmlDeviceGetDisplayMode, u32, "display", 0)
FIGURE(nvmlDeviceGetCurrPcieLinkGeneration, u32, "pcie.gen", 4)
FIGURE(nvmlDeviceGetMaxPcieLinkGeneration, u32, "pcie.gen", 4)
FIGURE(nvmlDeviceGetCurrPcieLinkWidth, u32, "pcie.width", 16)
FIGURE(nvmlDeviceGetMaxPcieLinkWidth, u32, "pcie.width", 16)
FIGURE(nvmlDeviceGetCurrentClocksThrottleReasons, u64, "throttle", 0)
#ifndef OLD_DRIVER
FIGURE(nvmlDeviceGetCurrentClocksEventReasons, u64, "throttle", 0)
#endif

EXPORT Return nvmlDeviceGetEncoderUtilization(Handle h, u32 *out, u32 *period) {
    ON(h);
    *out = value(h, "enc", 0);
    *period = 167000;
    return OK;
}
EXPORT Return nvmlDeviceGetDecoderUtilization(Handle h, u32 *out, u32 *period) {
    ON(h);
    *out = value(h, "dec", 0);
    *period = 167000;
    return OK;
}
EXPORT Return nvmlDeviceGetTemperature(Handle h, int sensor, u32 *out) {
    ON(h);
    (void)sensor;
    *out = value(h, "temp", 40);
    return OK;
}
#ifndef OLD_DRIVER
struct temperature { u32 version, sensor; int value; };
EXPORT Return nvmlDeviceGetTemperatureV(Handle h, struct temperature *out) {
    ON(h);
    if (out->version != (sizeof *out | (1 << 24))) return BAD_VERSION;
    out->value = value(h, "temp", 40);
    return OK;
}
#endif
EXPORT Return nvmlDeviceGetTemperatureThreshold(Handle h, int kind, u32 *out) {
    ON(h);
    *out = kind == 0 ? 98 : 95;
    return OK;
}
EXPORT Return nvmlDeviceGetClockInfo(Handle h, int kind, u32 *out) {
    ON(h);
    *out = value(h, kind == 2 ? "clk.mem" : "clk.sm", 1500);
    return OK;
}
EXPORT Return nvmlDeviceGetMaxClockInfo(Handle h, int kind, u32 *out) {
    ON(h);
    *out = value(h, kind == 2 ? "clk.mem.max" : "clk.sm.max", 2100);
    return OK;
}
EXPORT Return nvmlDeviceGetPcieThroughput(Handle h, int counter_, u32 *out) {
    ON(h);
    (void)counter_;
    *out = value(h, "pcie.kbps", 1000);
    return OK;
}
EXPORT Return nvmlDeviceGetCudaComputeCapability(Handle h, int *major, int *minor) {
    ON(h);
    *major = 8;
    *minor = 6;
    return OK;
}
EXPORT Return nvmlDeviceGetDriverModel_v2(Handle h, u32 *now, u32 *later) { ON(h); *now = *later = 0; return NOT_SUPPORTED; }
EXPORT Return nvmlDeviceGetDriverModel(Handle h, u32 *now, u32 *later) { ON(h); *now = *later = 0; return NOT_SUPPORTED; }
struct violation { u64 reference, time; };
EXPORT Return nvmlDeviceGetViolationStatus(Handle h, int kind, struct violation *out) {
    ON(h);
    (void)kind;
    out->reference = 0;
    out->time = value(h, "violation", 0);
    return OK;
}

/* ---- health ---- */

EXPORT Return nvmlDeviceGetTotalEccErrors(Handle h, int uncorrected, int aggregate, u64 *out) {
    ON(h);
    u64 all = value(h, uncorrected ? "ecc.uncorr" : "ecc.corr", 0);
    *out = !aggregate && uncorrected ? value(h, "ecc.volatile.uncorr", all) : all;
    return OK;
}
#ifndef OLD_DRIVER
EXPORT Return nvmlDeviceGetRemappedRows(Handle h, u32 *corrected, u32 *uncorrected, u32 *pending, u32 *failed) {
    ON(h);
    *corrected = value(h, "remap.corr", 0);
    *uncorrected = value(h, "remap.uncorr", 0);
    *pending = value(h, "remap.pending", 0);
    *failed = value(h, "remap.failed", 0);
    return OK;
}
#endif
struct field { u32 id, scope; long long time, latency; u32 type; Return code; u64 value; };
EXPORT Return nvmlDeviceGetFieldValues(Handle h, int count, struct field *out) {
    ON(h);
    for (int i = 0; i < count; i++) out[i].code = NOT_SUPPORTED;
    return OK;
}

/* ---- instances (MIG) ---- */

EXPORT Return nvmlDeviceGetMigMode(Handle h, u32 *now, u32 *later) {
    ON(h);
    char unused[8];
    if (!get(key_of(h, "mig"), unused, sizeof unused)) return NOT_SUPPORTED;
    *now = *later = value(h, "mig", 0);
    return OK;
}
static int instances(Handle h) {
    u64 count = value(h, "mig", 0) ? value(h, "mig.count", 1) : 0;
    return count < INSTANCES ? (int)count : INSTANCES;
}
EXPORT Return nvmlDeviceGetMaxMigDeviceCount(Handle h, u32 *out) { ON(h); *out = value(h, "mig", 0) ? 7 : 0; return OK; }
EXPORT Return nvmlDeviceGetMigDeviceHandleByIndex(Handle h, u32 index, Handle *out) {
    ON(h);
    if (index >= (u32)instances(h)) return NOT_FOUND;
    *out = handle(h->gpu, (int)index);
    return OK;
}
EXPORT Return nvmlDeviceIsMigDeviceHandle(Handle h, u32 *out) { ON(h); *out = h->instance >= 0; return OK; }
EXPORT Return nvmlDeviceGetDeviceHandleFromMigDeviceHandle(Handle h, Handle *out) { ON(h); *out = handle(h->gpu, -1); return OK; }
EXPORT Return nvmlDeviceGetGpuInstanceId(Handle h, u32 *out) { ON(h); *out = h->instance + 7; return h->instance < 0 ? NOT_SUPPORTED : OK; }
EXPORT Return nvmlDeviceGetComputeInstanceId(Handle h, u32 *out) { ON(h); *out = 0; return h->instance < 0 ? NOT_SUPPORTED : OK; }

/* ---- processes ---- */

struct process { u32 pid; u64 memory; u32 gpu_instance, compute_instance; };

static u32 parse(Handle h, const char *name, struct process *out, u32 room, u32 count) {
    const char *key = key_of(h, name);
    pthread_mutex_lock(&mutex);
    struct entry *e = slot(key);
    for (const char *at = e->key ? e->value : ""; *at;) {
        char *end;
        struct process p = {strtoul(at, &end, 10), ~0ull, ~0u, ~0u};
        if (*end == ':') p.memory = strtoull(end + 1, &end, 10);
        if (h->instance >= 0) { p.gpu_instance = h->instance + 7; p.compute_instance = 0; }
        if (count < room) out[count] = p;
        count++;
        while (*end && *end != ',') end++;
        at = *end ? end + 1 : end;
    }
    pthread_mutex_unlock(&mutex);
    return count;
}
static Return processes(Handle h, const char *name, u32 *size, struct process *out) {
    u32 room = out ? *size : 0, count = parse(h, name, out, room, 0);
    if (h->instance < 0)
        for (int i = 0; i < instances(h); i++) count = parse(handle(h->gpu, i), name, out, room, count);
    *size = count;
    return count > room ? TOO_SMALL : OK;
}
#define PROCESSES(function, key) \
    EXPORT Return function(Handle h, u32 *size, struct process *out) { ON(h); return processes(h, key, size, out); }
PROCESSES(nvmlDeviceGetComputeRunningProcesses_v2, "procs")
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v2, "gprocs")
#ifndef OLD_DRIVER
PROCESSES(nvmlDeviceGetComputeRunningProcesses_v3, "procs")
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3, "gprocs")
PROCESSES(nvmlDeviceGetMPSComputeRunningProcesses_v3, "mprocs")
#endif

struct sample { u32 pid; u64 time; u32 sm, memory, encoder, decoder; };
EXPORT Return nvmlDeviceGetProcessUtilization(Handle h, struct sample *out, u32 *size, u64 since) {
    ON(h);
    if (h->instance >= 0 || value(h, "mig", 0)) return NOT_SUPPORTED;
    if (value(h, "putil.success", 0)) return OK;
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    u64 now = clock.tv_sec * 1000000ull + clock.tv_nsec / 1000;
    u32 room = out ? *size : 0, count = 0;
    const char *key = key_of(h, "putil");
    pthread_mutex_lock(&mutex);
    struct entry *e = slot(key);
    for (const char *at = e->key ? e->value : ""; *at;) {
        char *end;
        struct sample s = {strtoul(at, &end, 10), now, 0, 0, 0, 0};
        if (*end == ':') s.sm = strtoul(end + 1, &end, 10);
        if (*end == ':') s.time = now - (u64)(strtod(end + 1, &end) * 1e6);
        if (s.time > since) {
            if (count < room) out[count] = s;
            count++;
        }
        while (*end && *end != ',') end++;
        at = *end ? end + 1 : end;
    }
    pthread_mutex_unlock(&mutex);
    if (!count) return NOT_FOUND;
    *size = count;
    return count > room ? TOO_SMALL : OK;
}

/* ---- events ---- */

struct event { Handle gpu; u64 kind, data; u32 gpu_instance, compute_instance; };
struct event_set { u64 seen[GPUS]; int registered[GPUS]; };

EXPORT Return nvmlEventSetCreate(struct event_set **out) { SYSTEM(); *out = calloc(1, sizeof **out); return OK; }
EXPORT Return nvmlEventSetFree(struct event_set *set) { SYSTEM(); free(set); return OK; }
EXPORT Return nvmlDeviceGetSupportedEventTypes(Handle h, u64 *out) { ON(h); *out = value(h, "events", 8 | 2 | 1); return OK; }
EXPORT Return nvmlDeviceRegisterEvents(Handle h, u64 kinds, struct event_set *set) {
    ON(h);
    if (kinds & ~value(h, "events", 8 | 2 | 1)) return NOT_SUPPORTED;
    set->registered[h->gpu] = 1;
    set->seen[h->gpu] = value(h, "xid.seq", 0); /* what came before is not told */
    return OK;
}
EXPORT Return nvmlEventSetWait_v2(struct event_set *set, struct event *out, u32 milliseconds) {
    SYSTEM();
    int looked = 0;
    for (u32 waited = 0;; waited += 50) {
        refresh();
        for (int i = 0; i < slots() && looked != loaded; i++) {
            u64 now = value(handle(i, -1), "xid.seq", 0);
            if (!set->registered[i] || now <= set->seen[i]) continue;
            set->seen[i]++;
            out->gpu = handle(i, -1);
            out->kind = 8;
            out->data = value(out->gpu, "xid", 79);
            out->gpu_instance = out->compute_instance = ~0u;
            return OK;
        }
        looked = loaded;
        if (waited >= milliseconds) return TIMEOUT;
        usleep(50000);
    }
}
EXPORT Return nvmlEventSetWait(struct event_set *set, struct event *out, u32 ms) { return nvmlEventSetWait_v2(set, out, ms); }

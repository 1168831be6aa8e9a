"""Setting up the token: whether it is known."""

from store.settings import Settings
from tests.fakes.faulty_server import answer, drop, status
from tests.fakes.pushbullet_server import TOKEN, PushbulletServer
from workers.alerts.setup import check_token, with_token


def test_check_token(server: PushbulletServer):
    """A good token is known by its owner's name, a bad one is refused, and a fault is neither."""
    settings = Settings(pushbullet_url=server.url, pushbullet_token=TOKEN, push_timeout_seconds=15.0)
    assert check_token(settings) == (True, "Pushbullet knows this token as that of A Researcher")
    assert [request.path for request in server.requests] == ["/v2/users/me"]
    wrong = check_token(with_token(settings, "o.wrong"))
    assert (wrong.ok, wrong.words) == (
        False,
        "Pushbullet refuses the token (HTTP 401); run `machiai notify --setup`",
    )
    assert check_token(with_token(settings, "")).ok is False
    for fault in (status(500, on="GET"), drop(on="GET"), answer(b"[]", on="GET"), answer(b"", code=204, on="GET")):
        server.script(fault)
        check = check_token(settings)
        assert check.ok is None
        assert check.words

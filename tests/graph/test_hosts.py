"""Hosts that never answer."""

import pytest

from graph import hosts
from graph.download import Limits, PictureError, UnreachableError


def test_a_host_that_never_answers_is_asked_sixteen_times(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def download(address: str, _: Limits) -> bytes:
        asked.append(address)
        if "there" in address:
            raise PictureError("the server answers 404")
        raise UnreachableError("slower than 30 seconds")

    monkeypatch.setattr(hosts, "download", download)
    told = set()
    reached = hosts.Hosts()
    for number in range(40):
        for host in ("gone", "there"):
            with pytest.raises(PictureError) as error:
                reached.ask(f"http://{host}.example/{number}.jpg", Limits())
            told.add(str(error.value))
    assert len([address for address in asked if "gone" in address]) == 16
    assert len([address for address in asked if "there" in address]) == 40, "a refusal is an answer"
    assert "gone.example did not answer 16 times in a row and is not asked again in this run" in told


@pytest.mark.parametrize("address", ["http://[", "http://a]b/wave.jpg"])
def test_what_is_no_address_is_told_as_a_broken_picture(address: str) -> None:
    with pytest.raises(PictureError, match="is no address"):
        hosts.Hosts().ask(address, Limits())

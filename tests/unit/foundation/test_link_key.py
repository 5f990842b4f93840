"""The key of the server from which links are made."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from logistics_customer_service.tools.foundation import link_key


@pytest.fixture(autouse=True)
def _forget():
    link_key.load_key.cache_clear()


def test_made_on_first_use_for_the_server_alone(tmp_path):
    key = link_key.load_key(None, str(tmp_path))
    place = link_key.get_place(tmp_path)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert len(key) >= link_key.SHORTEST
    link_key.load_key.cache_clear()
    assert link_key.load_key(None, str(tmp_path)) == key
    assert [file.name for file in tmp_path.iterdir()] == [place.name]


def test_servers_that_begin_at_once_have_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _turn: link_key._read_or_make(link_key.get_place(tmp_path)), range(40)))
    assert len(keys) == 1


def test_configured_key_needs_no_file(tmp_path):
    assert link_key.load_key("k" * 40, str(tmp_path)) == b"k" * 40
    assert not list(tmp_path.iterdir())


def test_short_key_is_refused(tmp_path):
    with pytest.raises(ValueError, match="less than 32"):
        link_key.load_key("secret", str(tmp_path))


def test_words_are_kept_apart():
    assert link_key.derive(b"k", "a", "bc") != link_key.derive(b"k", "ab", "c")
    assert link_key.derive(b"k", "a") != link_key.derive(b"l", "a")


def test_spelled_in_letters_and_digits():
    spelled = {link_key.spell(link_key.derive(b"k", number), 22) for number in range(1000)}
    assert len(spelled) == 1000
    assert all(len(text) == 22 and text.isascii() and text.isalnum() for text in spelled)

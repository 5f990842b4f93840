"""What of an address belongs to one client."""

from logistics_customer_service.tools.foundation.network import get_network


def test_addresses_do_not_share_but_one_network_of_ipv6_does():
    assert get_network("192.0.2.1") != get_network("192.0.2.2")
    assert get_network("2001:db8::1") == get_network("2001:db8::ffff")
    assert get_network("2001:db8::1") != get_network("2001:db8:0:1::1")


def test_ipv4_within_ipv6_is_the_client_it_names():
    assert get_network("::ffff:192.0.2.1") == get_network("192.0.2.1")


def test_what_is_no_address_is_itself():
    assert get_network("") == ""
    assert get_network("counter 7") == "counter 7"

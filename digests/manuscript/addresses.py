"""Web addresses: which of them lead to the same page, and which lead readers nowhere."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

CANONICAL_LENGTH = 300  # bytes; the databases index a few thousand at most

# Parameters that newsletters, social networks and advertisers add; none of them says which page is meant.
_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|hsa_.*|_hs.*|at_(?:medium|campaign|custom\d).*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid"
    r"|twclid|ttclid|yclid|igshid|igsh|li_fat_id|mc_[ce]id|mkt_tok|oly_(?:anon|enc)_id|vero_id|wickedid|s_cid|cmpid"
    r"|ref_src|ref_url|spm|scm|share_token|share_source|share_medium|share_plat|share_from|vd_source|spm_id_from"
    r"|from_source|chksm|scene|srcid|isappinstalled|nsukey|_branch_match_id|__twitter_impression"
)
_PORTS = {"http": 80, "https": 443}
_MIRRORS = ("www.", "m.", "mobile.", "amp.")


def canonical(link: str) -> str:
    """Return one form for all spellings of a link to the same page; empty if it is not a web address.

    It leaves out the scheme, `www.` and `m.`, the default port, the fragment, the last slash and tracking, and sorts
    the parameters. A long one ends with its hash instead, so that an index can hold it.
    """
    parts, host = _parts(link)
    if parts is None or not host:
        return ""
    for mirror in _MIRRORS:
        if host.startswith(mirror) and host.count(".") > 1:
            host = host.removeprefix(mirror)
            break
    port = parts.port
    where = host if port in (None, _PORTS[parts.scheme.lower()]) else f"{host}:{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~").rstrip("/")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name.lower())
    )
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in kept)
    # Single-page applications name their pages after `#!` or `#/`.
    view = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    found = where + path + (f"?{query}" if query else "") + view
    if len(found.encode()) > CANONICAL_LENGTH:
        return f"{where[:200]}#{hashlib.sha256(found.encode()).hexdigest()}"
    return found


def leads_nowhere(link: str, reserved: Iterable[str] = ()) -> bool:
    """Tell whether a link's host is a `reserved` one, below one of these, or on one's own machine or network."""
    _split, host = _parts(link)
    if not host:
        return False
    if address := _ip(host):
        return not _is_public(address)
    return "." not in host or any(host == name or host.endswith(f".{name}") for name in reserved)


def _parts(link: str) -> tuple[SplitResult | None, str]:
    """Return an address and its host as browsers read it: decoded, NFKC, lower case. (None, "") if it is not one."""
    try:
        parts = urlsplit(link.strip())
        _port = parts.port  # ValueError if it is not a number
        host = unquote(parts.hostname or "")
    except ValueError:
        return None, ""
    if parts.scheme.lower() not in _PORTS:
        return None, ""
    host = unicodedata.normalize("NFKC", host).replace("。", ".").lower().rstrip(".")
    try:
        return parts, host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return parts, host


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _ip(host: str) -> _Address | None:
    """Return the IP address that a host is, in any spelling that browsers take: 127.1, 0x7f000001, 2130706433."""
    if ":" in host:
        try:
            return ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return None
    numbers = [_number(part) for part in host.split(".")]
    if len(numbers) > 4 or None in numbers:
        return None
    *first, last = [number for number in numbers if number is not None]
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        return None
    return ipaddress.IPv4Address(sum(number << 8 * (3 - at) for at, number in enumerate(first)) + last)


def _number(part: str) -> int | None:
    """Read a part of an IPv4 address in base 16, 8 or 10, as browsers do."""
    for pattern, base in ((r"0x[0-9a-f]{0,12}", 16), (r"0[0-7]{1,14}", 8), (r"[0-9]{1,12}", 10)):
        if re.fullmatch(pattern, part):
            return int(part.removeprefix("0x") or "0", base)
    return None


def _is_public(address: _Address) -> bool:
    """Tell whether an address is reachable for everybody, looking into IPv6 addresses that hold an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if int(address) >> 32 == 0x0064FF9B << 64:  # NAT64
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _is_public(inside)
    return address.is_global and not address.is_multicast

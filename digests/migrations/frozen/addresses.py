"""Which links are one and the same, as 0009 compares them. From `manuscript/addresses.py`."""

import hashlib
import re
import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urlsplit

CANONICAL_LENGTH = 300
_TRACKING = re.compile(
    r"utm_.*|mtm_.*|pk_.*|hsa_.*|_hs.*|at_(?:medium|campaign|custom\d).*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid"
    r"|twclid|ttclid|yclid|igshid|igsh|li_fat_id|mc_[ce]id|mkt_tok|oly_(?:anon|enc)_id|vero_id|wickedid|s_cid|cmpid"
    r"|ref_src|ref_url|spm|scm|share_token|share_source|share_medium|share_plat|share_from|vd_source|spm_id_from"
    r"|from_source|chksm|scene|srcid|isappinstalled|nsukey|_branch_match_id|__twitter_impression"
)
_PORTS = {"http": 80, "https": 443}
_MIRRORS = ("www.", "m.", "mobile.", "amp.")


def canonical(link: str) -> str:
    """Return what all spellings of a link to one page have in common; empty if it is no web address.

    Scheme, `www.` and `m.`, default port, fragment, last slash, tracking and the order of
    parameters differ for no reason. What is long is named by its hash, so that an index holds it.
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
    # A page that is one script names its views after `#!` or `#/`.
    view = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    found = where + path + (f"?{query}" if query else "") + view
    if len(found.encode()) > CANONICAL_LENGTH:
        return f"{where[:200]}#{hashlib.sha256(found.encode()).hexdigest()}"
    return found


def _parts(link):
    """Return an address with its host as browsers read it: decoded, in one width, lower case."""
    try:
        parts = urlsplit(link.strip())
        _port = parts.port  # ValueError if it is none
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

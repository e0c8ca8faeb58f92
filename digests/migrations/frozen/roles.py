"""What 0004 gave each role; what roles are given today is in `permissions.py`."""

ROWS = ("section", "newsitem", "insight", "brief")
SEEN = (
    "digest", "issue", *ROWS, "tag", "source",
    "revision", "edition", "retraction", "review", "comment", "logentry",
)  # fmt: skip

VIEW = {f"view_{model}" for model in SEEN}
WRITE = {
    "add_issue", "change_issue", "delete_issue", "submit_issue", "add_tag", "add_comment",
    *(f"{verb}_{row}" for verb in ("add", "change", "delete") for row in ROWS),
}  # fmt: skip
CONFIGURE = {f"{verb}_{model}" for verb in ("add", "change", "delete") for model in ("digest", "source", "tag")}

ROLES = {
    "writer": VIEW | WRITE,
    "reviewer": VIEW | {"review_issue", "add_comment"},
    "editor": VIEW
    | WRITE
    | {"publish_issue", "force_publish_issue", "retract_story", "withdraw_issue", "import_archive"},
    "admin": VIEW | CONFIGURE,
}

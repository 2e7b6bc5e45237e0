"""The pages of an account as HTML. Pure functions, no Gradio, no script, no style of their own."""

from __future__ import annotations

from qa.accounts.identity import Identity, Role
from qa.accounts.passwords import SHORTEST
from ui.render.html import escape, plain

_MAY = {
    Role.READER: "You can ask and read.",
    Role.EDITOR: "You can ask and read, add articles, correct and remove them.",
    Role.ADMIN: "You can do everything.",
}


def sign_in_page(root: str, wanted: str, told: str = "", name: str = "") -> str:
    """Name and password; `told` is what was wrong with the last try."""
    return _page(
        root,
        "Sign in",
        f'{_told(told)}<form method="post" action="{escape(root)}/sign-in">'
        f'<input type="hidden" name="next" value="{escape(wanted)}">'
        f'<label>Name <input name="name" value="{escape(plain(name)[:100])}" autocomplete="username" '
        'autocapitalize="none" spellcheck="false" required autofocus></label>'
        '<label>Password <input type="password" name="password" autocomplete="current-password" required></label>'
        "<button>Sign in</button></form>",
    )


def account_page(root: str, identity: Identity, told: str = "", *, has_password: bool) -> str:
    """Who one is, with what one can do, the way out, and another password where there is one."""
    if not identity.name:
        return _page(root, "Account", "<p>Nobody has to sign in to this chat.</p>" + _back(root))
    change = (
        f'<h2>Another password</h2><form method="post" action="{escape(root)}/account/password">'
        '<label>Current password <input type="password" name="current" autocomplete="current-password" required>'
        "</label>"
        f'<label>New password, at least {SHORTEST} characters <input type="password" name="new" '
        f'autocomplete="new-password" minlength="{SHORTEST}" required></label>'
        "<button>Change it, and sign out everywhere else</button></form>"
        if has_password
        else ""
    )
    return _page(
        root,
        "Account",
        f"{_told(told)}<p>Signed in as <strong>{escape(identity.name)}</strong>, {identity.role.name.lower()}. "
        f'{_MAY[identity.role]}</p><form method="post" action="{escape(root)}/sign-out"><button>Sign out</button>'
        "</form>"
        f"{change}{_back(root)}",
    )


def who_html(identity: Identity) -> str:
    """Who one is, for the head of the chat; `data-role` is the number of the role."""
    name = f'Signed in as <a href="account">{escape(identity.name)}</a>' if identity.name else ""
    return f'<span data-role="{int(identity.role)}">{name}</span>'


def _told(told: str) -> str:
    return f'<p class="told" role="alert">{escape(told)}</p>' if told else ""


def _back(root: str) -> str:
    return f'<p><a href="{escape(root)}/">To the chat</a></p>'


def _page(root: str, title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Ask your articles</title><link rel="stylesheet" href="{escape(root)}/account.css">'
        f"</head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )

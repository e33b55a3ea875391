"""A user of a workspace: a member, a guest, a bot, or an outsider of a shared channel."""

from dataclasses import dataclass

from tests.fakes.slack.errors import Json


@dataclass(kw_only=True)
class Person:
    """``team_id`` is the home team: one that differs from the workspace makes an outsider."""

    id: str
    name: str
    real_name: str
    team_id: str
    email: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False
    """A guest of several channels."""
    is_ultra_restricted: bool = False
    """A guest of one channel."""
    is_stranger: bool = False
    deleted: bool = False
    tz: str = "Asia/Shanghai"
    tz_offset: int = 28800
    locale: str = "zh-CN"
    bot_id: str = ""
    app_id: str = ""
    updated: int = 0

    def payload(self, *, with_email: bool = False, with_locale: bool = False) -> Json:
        """The user object; the e-mail address only for an app with ``users:read.email``."""
        profile: Json = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "first_name": self.real_name.split(" ")[0],
            "avatar_hash": "g0000",
            "image_72": "https://secure.gravatar.com/avatar/0.jpg",
            "status_text": "",
            "status_emoji": "",
            "team": self.team_id,
        }
        if with_email and self.email and not self.is_bot:
            profile["email"] = self.email
        if self.is_bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": self.app_id, "always_active": True}
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "color": "9f69e7",
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": self.updated,
        }
        if not self.deleted:
            user |= {
                "tz": self.tz,
                "tz_label": self.tz,
                "tz_offset": self.tz_offset,
                "is_admin": self.is_admin,
                "is_owner": self.is_owner,
                "is_primary_owner": False,
                "is_restricted": self.is_restricted,
                "is_ultra_restricted": self.is_ultra_restricted,
                "is_email_confirmed": True,
                "who_can_share_contact_card": "EVERYONE",
            }
        if self.is_stranger:
            user["is_stranger"] = True
        if with_locale:
            user["locale"] = self.locale
        return user

"""WeCom (企业微信): robots, the app, group webhooks and the message archive become typed events here."""

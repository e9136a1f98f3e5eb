"""Where the application keeps its phones."""

from aiohttp import web

from bot.web.preview.stage import Stage

STAGE = web.AppKey("stage", Stage)

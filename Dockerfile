# One image for every process: serve, web, worker. Nothing in it is secret.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir uv
COPY bot ./bot
RUN /venv/bin/uv pip install --no-cache --python /venv/bin/python --constraints requirements.lock .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /app polsbot
WORKDIR /app
COPY --from=build /venv /venv
COPY flows ./flows
COPY locales ./locales
COPY assets ./assets
RUN mkdir var && chown polsbot var
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD \
  ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=2)"]
CMD ["polsbot", "serve"]

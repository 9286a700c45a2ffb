"""The documents that are made from the code: docs/flow.md, docs/asyncapi.yaml and docs/openapi/*.json."""

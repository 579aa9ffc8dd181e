/// The description of the routes (OpenAPI 3.1); a test holds it and the routes together.
enum OpenAPI {
  static let document = #"""
    {
      "openapi": "3.1.0", "info": {"title": "fastkmeans-server", "version": "0.1.0", "description": "Classifies documents. Every error is an object with 'error', a sentence, and 'code', a word for programs."},
      "paths": {
        "/": {"get": {
          "operationId": "page",
          "summary": "The page",
          "responses": {"200": {"description": "HTML.", "content": {"text/html": {}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/openapi.json": {"get": {
          "operationId": "description",
          "summary": "This description",
          "responses": {"200": {"description": "The description.", "content": {"application/json": {"schema": {"type": "object"}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/health": {"get": {
          "operationId": "health",
          "summary": "Whether every model answers",
          "responses": {"200": {"description": "It answers.", "content": {"application/json": {"schema": {"type": "object", "properties": {"status": {"type": "string"}, "ready": {"type": "boolean"}}, "required": ["status"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/metrics": {"get": {
          "operationId": "metrics",
          "summary": "Counts and times for Prometheus",
          "responses": {"200": {"description": "The text format 0.0.4.", "content": {"text/plain": {}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models": {"get": {
          "operationId": "models",
          "summary": "The models",
          "responses": {"200": {"description": "The models.", "content": {"application/json": {"schema": {"type": "object", "properties": {"models": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "ready": {"type": "boolean"}, "learns": {"type": "boolean"}, "takes": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]}}, "required": ["name", "version", "ready", "learns"]}}}, "required": ["models"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}": {"get": {
          "operationId": "model",
          "summary": "What a model consists of",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "Numbers.", "content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "takes": {"type": "string"}, "features": {"type": "integer"}, "classes": {"type": "integer"}, "prototypes": {"type": "integer"}, "refined": {"type": "boolean"}, "can_reject_unknown": {"type": "boolean"}}, "required": ["name", "classes"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/classify": {"post": {
          "operationId": "classify",
          "summary": "Classify documents",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "top": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}, "reasons": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 0}, "false_accept_rate": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "description": "The share of documents of unknown classes that may be accepted; without it, as the model was saved."}}, "additionalProperties": false}}}},
          "responses": {"200": {"description": "An answer a document.", "content": {"application/json": {"schema": {"type": "object", "properties": {"model": {"type": "string"}, "version": {"type": "string"}, "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Answer"}}}, "required": ["model", "answers"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/explain": {"post": {
          "operationId": "explain",
          "summary": "Why documents are answered as they are",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "reasons": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 0}}, "additionalProperties": false}}}},
          "responses": {"200": {"description": "An explanation a document.", "content": {"application/json": {"schema": {"type": "object", "properties": {"model": {"type": "string"}, "version": {"type": "string"}, "explanations": {"type": "array", "items": {"type": "object"}}}, "required": ["explanations"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/classes": {"get": {
          "operationId": "classes",
          "summary": "The classes",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "The classes.", "content": {"application/json": {"schema": {"type": "object", "properties": {"model": {"type": "string"}, "classes": {"type": "array", "items": {"type": "object", "properties": {"label": {"$ref": "#/components/schemas/Label"}, "mass": {"type": "number"}, "prototypes": {"type": "integer"}}, "required": ["label", "mass", "prototypes"]}}}, "required": ["classes"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/prototypes": {"get": {
          "operationId": "prototypes",
          "summary": "The prototypes with their words",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "class", "in": "query", "schema": {"type": "string"}, "description": "Of this class alone."}, {"name": "words", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 100, "default": 8}}, {"name": "from", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}}, {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000}}],
          "responses": {"200": {"description": "The prototypes.", "content": {"application/json": {"schema": {"type": "object", "properties": {"total": {"type": "integer"}, "prototypes": {"type": "array", "items": {"type": "object", "properties": {"prototype": {"type": "integer"}, "class": {"$ref": "#/components/schemas/Label"}, "mass": {"type": "number"}, "share": {"type": "number"}, "words": {"type": "array", "items": {"type": "string"}}, "id": {"type": "integer", "description": "By which changes name it, where the model learns."}}, "required": ["prototype", "class", "mass"]}}}, "required": ["total", "prototypes"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/map": {"get": {
          "operationId": "map",
          "summary": "The prototypes in two dimensions",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "Each prototype as [x, y, class, documents, words].", "content": {"application/json": {"schema": {"type": "object", "properties": {"explained_share": {"type": "number"}, "classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "prototypes": {"type": "array"}, "borders": {"type": "array"}}, "required": ["classes", "prototypes", "borders"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/pair": {"get": {
          "operationId": "pair",
          "summary": "The words that separate two classes",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "first", "in": "query", "required": true, "schema": {"type": "string"}}, {"name": "second", "in": "query", "required": true, "schema": {"type": "string"}}],
          "responses": {"200": {"description": "The words that speak for each, and how much.", "content": {"application/json": {"schema": {"type": "object", "properties": {"first": {"$ref": "#/components/schemas/Label"}, "second": {"$ref": "#/components/schemas/Label"}, "first_words": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}, "second_words": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "required": ["first", "second", "first_words", "second_words"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/stream": {"get": {
          "operationId": "stream",
          "summary": "What learning did since the server started",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "Points in time, the oldest first; each is of some batches.", "content": {"application/json": {"schema": {"type": "object", "properties": {"points": {"type": "array", "items": {"type": "object", "properties": {"documents": {"type": "integer"}, "seconds": {"type": "number"}, "error": {"type": ["number", "null"]}, "alarms": {"type": "integer"}, "alarmed_classes": {"type": "array"}, "new_class_count": {"type": "integer"}, "new_classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "masses": {"type": "array"}}, "required": ["documents", "seconds", "error", "alarms", "new_classes", "masses"]}}}, "required": ["points"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/learn": {"post": {
          "operationId": "learn",
          "summary": "Learn documents",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "label": {"$ref": "#/components/schemas/Label"}, "labels": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}}, "additionalProperties": false}}}},
          "responses": {"200": {"description": "They are in the log on the disk.", "content": {"application/json": {"schema": {"type": "object", "properties": {"learned": {"type": "integer"}, "repeated": {"type": "boolean"}, "new_classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "total_documents": {"type": "integer"}, "waiting_documents": {"type": "integer"}}, "required": ["learned", "repeated"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/forget": {"post": {
          "operationId": "forget",
          "summary": "Undo that documents were learned",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "label": {"$ref": "#/components/schemas/Label"}, "labels": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}}, "additionalProperties": false}}}},
          "responses": {"200": {"description": "Done, and in the log on the disk.", "content": {"application/json": {"schema": {"type": "object", "properties": {"done": {"type": "boolean"}, "repeated": {"type": "boolean"}}, "required": ["done", "repeated"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/classes/rename": {"post": {
          "operationId": "rename",
          "summary": "Give a class another name",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"class": {"$ref": "#/components/schemas/Label"}, "to": {"$ref": "#/components/schemas/Label"}}, "required": ["class", "to"], "additionalProperties": false}}}},
          "responses": {"200": {"description": "Done, and in the log on the disk.", "content": {"application/json": {"schema": {"type": "object", "properties": {"done": {"type": "boolean"}, "repeated": {"type": "boolean"}}, "required": ["done", "repeated"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/classes/merge": {"post": {
          "operationId": "merge",
          "summary": "Merge classes into one",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}, "minItems": 1}, "into": {"$ref": "#/components/schemas/Label"}}, "required": ["classes", "into"], "additionalProperties": false}}}},
          "responses": {"200": {"description": "Done, and in the log on the disk.", "content": {"application/json": {"schema": {"type": "object", "properties": {"done": {"type": "boolean"}, "repeated": {"type": "boolean"}}, "required": ["done", "repeated"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/classes/split": {"post": {
          "operationId": "split",
          "summary": "Make a class of some prototypes of another one",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"class": {"$ref": "#/components/schemas/Label"}, "prototypes": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1, "description": "Their numbers: id of /prototypes."}, "to": {"$ref": "#/components/schemas/Label"}}, "required": ["class", "prototypes", "to"], "additionalProperties": false}}}},
          "responses": {"200": {"description": "Done, and in the log on the disk.", "content": {"application/json": {"schema": {"type": "object", "properties": {"done": {"type": "boolean"}, "repeated": {"type": "boolean"}}, "required": ["done", "repeated"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v1/models/{model}/classes/remove": {"post": {
          "operationId": "remove",
          "summary": "Remove a class",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"class": {"$ref": "#/components/schemas/Label"}}, "required": ["class"], "additionalProperties": false}}}},
          "responses": {"200": {"description": "Done, and in the log on the disk.", "content": {"application/json": {"schema": {"type": "object", "properties": {"done": {"type": "boolean"}, "repeated": {"type": "boolean"}}, "required": ["done", "repeated"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/label-studio/health": {"get": {
          "operationId": "labelStudioHealth",
          "summary": "Whether every model answers, for Label Studio",
          "responses": {"200": {"description": "It answers.", "content": {"application/json": {"schema": {"type": "object", "properties": {"status": {"type": "string"}, "ready": {"type": "boolean"}}, "required": ["status"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/label-studio/setup": {"post": {
          "operationId": "labelStudioSetup",
          "summary": "The version that answers, for Label Studio",
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"project": {"type": "string"}, "schema": {"type": "string", "description": "The project's configuration."}}}}}},
          "responses": {"200": {"description": "The version.", "content": {"application/json": {"schema": {"type": "object", "properties": {"model_version": {"type": "string"}}, "required": ["model_version"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/label-studio/predict": {"post": {
          "operationId": "labelStudioPredict",
          "summary": "Answers to tasks of Label Studio",
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"tasks": {"type": "array", "items": {"type": "object", "properties": {"data": {"type": "object"}}, "required": ["data"]}}, "label_config": {"type": "string", "description": "XML with a Choices about a Text."}}, "required": ["tasks", "label_config"]}}}},
          "responses": {"200": {"description": "A prediction a task.", "content": {"application/json": {"schema": {"type": "object", "properties": {"results": {"type": "array", "items": {"type": "object", "properties": {"model_version": {"type": "string"}, "score": {"type": "number"}, "result": {"type": "array"}}, "required": ["score", "result"]}}}, "required": ["results"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/label-studio/webhook": {"post": {
          "operationId": "labelStudioWebhook",
          "summary": "Learn what people annotated in Label Studio",
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"action": {"type": "string"}, "project": {"type": "object"}, "task": {"type": "object"}, "annotation": {"type": "object"}}, "required": ["action"]}}}},
          "responses": {"200": {"description": "How many documents were learned.", "content": {"application/json": {"schema": {"type": "object", "properties": {"learned": {"type": "integer"}}, "required": ["learned"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/predict": {"post": {
          "operationId": "predict",
          "summary": "Hugging Face's text classification, by the first model",
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"inputs": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}, "parameters": {"type": "object", "properties": {"top_k": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}}}}, "required": ["inputs"]}}}},
          "responses": {"200": {"description": "For each text its classes, best first.", "content": {"application/json": {"schema": {"type": "array", "items": {"type": "array", "items": {"type": "object", "properties": {"label": {"type": "string"}, "score": {"type": "number"}}, "required": ["label", "score"]}}}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/predict/{model}": {"post": {
          "operationId": "predictWith",
          "summary": "Hugging Face's text classification",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"inputs": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}, "parameters": {"type": "object", "properties": {"top_k": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}}}}, "required": ["inputs"]}}}},
          "responses": {"200": {"description": "For each text its classes, best first.", "content": {"application/json": {"schema": {"type": "array", "items": {"type": "array", "items": {"type": "object", "properties": {"label": {"type": "string"}, "score": {"type": "number"}}, "required": ["label", "score"]}}}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2": {"get": {
          "operationId": "server",
          "summary": "The server (Open Inference Protocol)",
          "responses": {"200": {"description": "The server.", "content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "extensions": {"type": "array", "items": {"type": "string"}}}, "required": ["name", "version"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/health/live": {"get": {
          "operationId": "live",
          "summary": "Whether the server runs",
          "responses": {"200": {"description": "It runs.", "content": {"application/json": {"schema": {"type": "object", "properties": {"live": {"type": "boolean"}}, "required": ["live"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/v2/health/ready": {"get": {
          "operationId": "ready",
          "summary": "Whether every model answers",
          "responses": {"200": {"description": "It answers.", "content": {"application/json": {"schema": {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/v2/repository/index": {"post": {
          "operationId": "index",
          "summary": "The models",
          "responses": {"200": {"description": "The models.", "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "state": {"type": "string"}, "reason": {"type": "string"}}, "required": ["name", "state"]}}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/repository/models/{model}/load": {"post": {
          "operationId": "load",
          "summary": "Load a model's file again",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "Loaded.", "content": {"application/json": {"schema": {"type": "object"}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/repository/models/{model}/unload": {"post": {
          "operationId": "unload",
          "summary": "Answer with a model no more",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "Unloaded.", "content": {"application/json": {"schema": {"type": "object"}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/models/{model}": {"get": {
          "operationId": "metadata",
          "summary": "What a model takes and gives",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "What the model takes and gives.", "content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}}, "platform": {"type": "string"}, "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}, "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}, "required": ["name", "platform"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/models/{model}/ready": {"get": {
          "operationId": "modelReady",
          "summary": "Whether a model answers",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "responses": {"200": {"description": "It answers.", "content": {"application/json": {"schema": {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/v2/models/{model}/infer": {"post": {
          "operationId": "infer",
          "summary": "Classify documents as tensors",
          "parameters": [{"$ref": "#/components/parameters/model"}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "string"}, "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}, "minItems": 1, "maxItems": 1}, "outputs": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}}, "required": ["name"]}}, "parameters": {"type": "object", "properties": {"top_k": {"type": "integer", "minimum": 1}, "false_accept_rate": {"type": "number"}, "binary_data_output": {"type": "boolean"}}}}, "required": ["inputs"]}}}},
          "responses": {"200": {"description": "The tensors.", "content": {"application/json": {"schema": {"type": "object", "properties": {"model_name": {"type": "string"}, "model_version": {"type": "string"}, "id": {"type": "string"}, "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}, "required": ["model_name", "model_version", "outputs"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/models/{model}/versions/{version}": {"get": {
          "operationId": "metadataVersion",
          "summary": "What a model takes and gives",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"$ref": "#/components/parameters/version"}],
          "responses": {"200": {"description": "What the model takes and gives.", "content": {"application/json": {"schema": {"type": "object", "properties": {"name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}}, "platform": {"type": "string"}, "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}, "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}, "required": ["name", "platform"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }},
        "/v2/models/{model}/versions/{version}/ready": {"get": {
          "operationId": "modelReadyVersion",
          "summary": "Whether a model answers",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"$ref": "#/components/parameters/version"}],
          "responses": {"200": {"description": "It answers.", "content": {"application/json": {"schema": {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": []
        }},
        "/v2/models/{model}/versions/{version}/infer": {"post": {
          "operationId": "inferVersion",
          "summary": "Classify documents as tensors",
          "parameters": [{"$ref": "#/components/parameters/model"}, {"$ref": "#/components/parameters/version"}],
          "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "string"}, "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}, "minItems": 1, "maxItems": 1}, "outputs": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}}, "required": ["name"]}}, "parameters": {"type": "object", "properties": {"top_k": {"type": "integer", "minimum": 1}, "false_accept_rate": {"type": "number"}, "binary_data_output": {"type": "boolean"}}}}, "required": ["inputs"]}}}},
          "responses": {"200": {"description": "The tensors.", "content": {"application/json": {"schema": {"type": "object", "properties": {"model_name": {"type": "string"}, "model_version": {"type": "string"}, "id": {"type": "string"}, "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}, "required": ["model_name", "model_version", "outputs"]}}}}, "default": {"$ref": "#/components/responses/Error"}},
          "security": [{"bearer": []}]
        }}
      },
      "components": {
        "securitySchemes": {
          "bearer": {"type": "http", "scheme": "bearer"}
        },
        "parameters": {
          "model": {"name": "model", "in": "path", "required": true, "schema": {"type": "string"}},
          "version": {"name": "version", "in": "path", "required": true, "schema": {"type": "string"}}
        },
        "responses": {
          "Error": {"description": "The request was not answered.", "content": {"application/json": {"schema": {"type": "object", "properties": {"error": {"type": "string"}, "code": {"type": "string"}}, "required": ["error", "code"]}}}}
        },
        "schemas": {
          "Document": {"type": ["string", "object"], "description": "A text; for a model of several columns an object with a text, a number, a truth value or null for each."},
          "Label": {"type": ["string", "integer"], "description": "A text of up to 1024 bytes, or a whole number."},
          "Answer": {"type": "object", "properties": {"label": {"$ref": "#/components/schemas/Label"}, "confidence": {"type": "number"}, "rejected": {"type": "boolean"}, "top": {"type": "array", "items": {"type": "object", "properties": {"label": {"$ref": "#/components/schemas/Label"}, "confidence": {"type": "number"}}, "required": ["label", "confidence"]}}, "reasons": {"type": "array", "items": {"type": "object", "properties": {"term": {"type": "string"}, "weight": {"type": "number"}}, "required": ["term", "weight"]}}}, "required": ["label", "confidence", "rejected"]},
          "Tensor": {"type": "object", "properties": {"name": {"type": "string"}, "datatype": {"type": "string"}, "shape": {"type": "array", "items": {"type": "integer"}}, "parameters": {"type": "object"}, "data": {"type": "array"}}, "required": ["name", "datatype", "shape"]}
        }
      }
    }
    """#
}

import FastKMeansCore
import FastKMeansFormats

/// The description of the routes (OpenAPI 3.1): methods, paths and who may call come from the routes, the rest from texts.
enum OpenAPI {
  static let document = JSON.fields([
    "openapi": "3.1.0", "info": parsed(info),
    "paths": .object(Serving.routes.map { JSON.Field(name: $0.path, value: pathItem($0)) }),
    "components": parsed(components),
  ])

  private static func pathItem(_ route: ServingRoute) -> JSON {
    // A route that names a version does what the one without does.
    let path = route.path.split(separator: "/versions/{version}").joined()
    let suffix = path == route.path ? "" : "Version"
    let known = operations[path] ?? .null
    var fields: [JSON.Field] = []
    func add(_ name: String, _ value: JSON) { fields.append(JSON.Field(name: name, value: value)) }
    if case .string(let name)? = known["operationId"] { add("operationId", .string(name + suffix)) }
    add("summary", known["summary"] ?? .null)
    var parameters = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { name in
      JSON.fields(["$ref": .string("#/components/parameters/\(name.dropFirst().dropLast())")])
    }
    if case .array(let others)? = known["parameters"] { parameters += others }
    if !parameters.isEmpty { add("parameters", .array(parameters)) }
    if let body = known["takes"] {
      add("requestBody", .fields(["required": true, "content": content("application/json", body)]))
    }
    let type = if case .string(let type)? = known["type"] { type } else { "application/json" }
    add(
      "responses",
      .fields([
        "200": .fields(["description": known["gives"] ?? .null, "content": content(type, known["schema"])]),
        "default": .fields(["$ref": "#/components/responses/Error"]),
      ]))
    add("security", route.access == .open ? [] : [.fields(["bearer": []])])
    return .object([JSON.Field(name: route.method.lowercased(), value: .object(fields))])
  }

  private static func content(_ type: String, _ schema: JSON?) -> JSON {
    .object([JSON.Field(name: type, value: schema.map { .fields(["schema": $0]) } ?? .fields([:]))])
  }

  private static func parsed(_ text: String) -> JSON {
    (try? JSON.parse(Array(text.utf8), maxDepth: 32)) ?? .null
  }

  private static let info = #"""
    {"title": "fastkmeans-server", "version": "0.1.0", "description": "Classifies documents. Every error is an object with 'error', a sentence, and 'code', a word for programs."}
    """#

  /// What a route takes and gives, by its path.
  private static let operations = parsed(
    #"""
    {
      "/": {"operationId": "page", "summary": "The page",
        "gives": "HTML.", "type": "text/html"},
      "/openapi.json": {"operationId": "description", "summary": "This description",
        "gives": "The description.", "schema": {"type": "object"}},
      "/health": {"operationId": "health", "summary": "Whether every model answers",
        "gives": "It answers.", "schema": {"$ref": "#/components/schemas/Health"}},
      "/metrics": {"operationId": "metrics", "summary": "Counts and times for Prometheus",
        "gives": "The text format 0.0.4.", "type": "text/plain"},
      "/v1/models": {"operationId": "models", "summary": "The models",
        "gives": "The models.", "schema": {"type": "object", "properties": {"models": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "ready": {"type": "boolean"}, "learns": {"type": "boolean"}, "takes": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]}}, "required": ["name", "version", "ready", "learns"]}}}, "required": ["models"]}},
      "/v1/models/{model}": {"operationId": "model", "summary": "What a model consists of",
        "gives": "Numbers.", "schema": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "takes": {"type": "string"}, "features": {"type": "integer"}, "classes": {"type": "integer"}, "prototypes": {"type": "integer"}, "refined": {"type": "boolean"}, "can_reject_unknown": {"type": "boolean"}}, "required": ["name", "classes"]}},
      "/v1/models/{model}/classify": {"operationId": "classify", "summary": "Classify documents",
        "takes": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "top": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}, "reasons": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 0}, "false_accept_rate": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "description": "The share of documents of unknown classes that may be accepted; without it, as the model was saved."}}, "additionalProperties": false},
        "gives": "An answer a document.", "schema": {"type": "object", "properties": {"model": {"type": "string"}, "version": {"type": "string"}, "answers": {"type": "array", "items": {"$ref": "#/components/schemas/Answer"}}}, "required": ["model", "answers"]}},
      "/v1/models/{model}/explain": {"operationId": "explain", "summary": "Why documents are answered as they are",
        "takes": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "reasons": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 0}}, "additionalProperties": false},
        "gives": "An explanation a document.", "schema": {"type": "object", "properties": {"model": {"type": "string"}, "version": {"type": "string"}, "explanations": {"type": "array", "items": {"type": "object"}}}, "required": ["explanations"]}},
      "/v1/models/{model}/classes": {"operationId": "classes", "summary": "The classes",
        "gives": "The classes.", "schema": {"type": "object", "properties": {"model": {"type": "string"}, "classes": {"type": "array", "items": {"type": "object", "properties": {"label": {"$ref": "#/components/schemas/Label"}, "mass": {"type": "number"}, "prototypes": {"type": "integer"}}, "required": ["label", "mass", "prototypes"]}}}, "required": ["classes"]}},
      "/v1/models/{model}/prototypes": {"operationId": "prototypes", "summary": "The prototypes with their words",
        "parameters": [
          {"name": "class", "in": "query", "schema": {"type": "string"}, "description": "Of this class alone."},
          {"name": "words", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 100, "default": 8}},
          {"name": "from", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
          {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000}}],
        "gives": "The prototypes.", "schema": {"type": "object", "properties": {"total": {"type": "integer"}, "prototypes": {"type": "array", "items": {"type": "object", "properties": {"prototype": {"type": "integer"}, "class": {"$ref": "#/components/schemas/Label"}, "mass": {"type": "number"}, "share": {"type": "number"}, "words": {"type": "array", "items": {"type": "string"}}, "id": {"type": "integer", "description": "By which changes name it, where the model learns."}}, "required": ["prototype", "class", "mass"]}}}, "required": ["total", "prototypes"]}},
      "/v1/models/{model}/map": {"operationId": "map", "summary": "The prototypes in two dimensions",
        "gives": "Each prototype as [x, y, class, documents, words].", "schema": {"type": "object", "properties": {"explained_share": {"type": "number"}, "classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "prototypes": {"type": "array"}, "borders": {"type": "array"}}, "required": ["classes", "prototypes", "borders"]}},
      "/v1/models/{model}/pair": {"operationId": "pair", "summary": "The words that separate two classes",
        "parameters": [
          {"name": "first", "in": "query", "required": true, "schema": {"type": "string"}},
          {"name": "second", "in": "query", "required": true, "schema": {"type": "string"}}],
        "gives": "The words that speak for each, and how much.", "schema": {"type": "object", "properties": {"first": {"$ref": "#/components/schemas/Label"}, "second": {"$ref": "#/components/schemas/Label"}, "first_words": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}, "second_words": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "required": ["first", "second", "first_words", "second_words"]}},
      "/v1/models/{model}/stream": {"operationId": "stream", "summary": "What learning did since the server started",
        "gives": "Points in time, the oldest first; each is of some batches.", "schema": {"type": "object", "properties": {"points": {"type": "array", "items": {"type": "object", "properties": {"documents": {"type": "integer"}, "seconds": {"type": "number"}, "error": {"type": ["number", "null"]}, "alarms": {"type": "integer"}, "alarmed_classes": {"type": "array"}, "new_class_count": {"type": "integer"}, "new_classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "masses": {"type": "array"}}, "required": ["documents", "seconds", "error", "alarms", "new_classes", "masses"]}}}, "required": ["points"]}},
      "/v1/models/{model}/learn": {"operationId": "learn", "summary": "Learn documents",
        "parameters": [{"$ref": "#/components/parameters/idempotency"}],
        "takes": {"$ref": "#/components/schemas/Documents"},
        "gives": "They are in the log on the disk.", "schema": {"type": "object", "properties": {"learned": {"type": "integer"}, "repeated": {"type": "boolean"}, "new_classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}, "total_documents": {"type": "integer"}, "waiting_documents": {"type": "integer"}}, "required": ["learned", "repeated"]}},
      "/v1/models/{model}/forget": {"operationId": "forget", "summary": "Undo that documents were learned",
        "parameters": [{"$ref": "#/components/parameters/idempotency"}],
        "takes": {"$ref": "#/components/schemas/Documents"},
        "gives": "Done, and in the log on the disk.", "schema": {"$ref": "#/components/schemas/Done"}},
      "/v1/models/{model}/classes/rename": {"operationId": "rename", "summary": "Give a class another name",
        "parameters": [{"$ref": "#/components/parameters/idempotency"}],
        "takes": {"type": "object", "properties": {"class": {"$ref": "#/components/schemas/Label"}, "to": {"$ref": "#/components/schemas/Label"}}, "required": ["class", "to"], "additionalProperties": false},
        "gives": "Done, and in the log on the disk.", "schema": {"$ref": "#/components/schemas/Done"}},
      "/v1/models/{model}/classes/merge": {"operationId": "merge", "summary": "Merge classes into one",
        "parameters": [{"$ref": "#/components/parameters/idempotency"}],
        "takes": {"type": "object", "properties": {"classes": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}, "minItems": 1}, "into": {"$ref": "#/components/schemas/Label"}}, "required": ["classes", "into"], "additionalProperties": false},
        "gives": "Done, and in the log on the disk.", "schema": {"$ref": "#/components/schemas/Done"}},
      "/v1/models/{model}/classes/split": {"operationId": "split", "summary": "Make a class of some prototypes of another one",
        "parameters": [{"$ref": "#/components/parameters/idempotency"}],
        "takes": {"type": "object", "properties": {"class": {"$ref": "#/components/schemas/Label"}, "prototypes": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1, "description": "Their numbers: id of /prototypes."}, "to": {"$ref": "#/components/schemas/Label"}}, "required": ["class", "prototypes", "to"], "additionalProperties": false},
        "gives": "Done, and in the log on the disk.", "schema": {"$ref": "#/components/schemas/Done"}},
      "/v1/models/{model}/classes/remove": {"operationId": "remove", "summary": "Remove a class",
        "parameters": [{"$ref": "#/components/parameters/idempotency"}],
        "takes": {"type": "object", "properties": {"class": {"$ref": "#/components/schemas/Label"}}, "required": ["class"], "additionalProperties": false},
        "gives": "Done, and in the log on the disk.", "schema": {"$ref": "#/components/schemas/Done"}},
      "/label-studio/health": {"operationId": "labelStudioHealth", "summary": "Whether every model answers, for Label Studio",
        "gives": "It answers.", "schema": {"$ref": "#/components/schemas/Health"}},
      "/label-studio/setup": {"operationId": "labelStudioSetup", "summary": "The version that answers, for Label Studio",
        "takes": {"type": "object", "properties": {"project": {"type": "string"}, "schema": {"type": "string", "description": "The project's configuration."}}},
        "gives": "The version.", "schema": {"type": "object", "properties": {"model_version": {"type": "string"}}, "required": ["model_version"]}},
      "/label-studio/predict": {"operationId": "labelStudioPredict", "summary": "Answers to tasks of Label Studio",
        "takes": {"type": "object", "properties": {"tasks": {"type": "array", "items": {"type": "object", "properties": {"data": {"type": "object"}}, "required": ["data"]}}, "label_config": {"type": "string", "description": "XML with a Choices about a Text."}}, "required": ["tasks", "label_config"]},
        "gives": "A prediction a task.", "schema": {"type": "object", "properties": {"results": {"type": "array", "items": {"type": "object", "properties": {"model_version": {"type": "string"}, "score": {"type": "number"}, "result": {"type": "array"}}, "required": ["score", "result"]}}}, "required": ["results"]}},
      "/label-studio/webhook": {"operationId": "labelStudioWebhook", "summary": "Learn what people annotated in Label Studio",
        "takes": {"type": "object", "properties": {"action": {"type": "string"}, "project": {"type": "object"}, "task": {"type": "object"}, "annotation": {"type": "object"}}, "required": ["action"]},
        "gives": "How many documents were learned.", "schema": {"type": "object", "properties": {"learned": {"type": "integer"}}, "required": ["learned"]}},
      "/predict": {"operationId": "predict", "summary": "Hugging Face's text classification, by the first model",
        "takes": {"$ref": "#/components/schemas/Inputs"},
        "gives": "For each text its classes, best first.", "schema": {"$ref": "#/components/schemas/Scores"}},
      "/predict/{model}": {"operationId": "predictWith", "summary": "Hugging Face's text classification",
        "takes": {"$ref": "#/components/schemas/Inputs"},
        "gives": "For each text its classes, best first.", "schema": {"$ref": "#/components/schemas/Scores"}},
      "/v2": {"operationId": "server", "summary": "The server (Open Inference Protocol)",
        "gives": "The server.", "schema": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "extensions": {"type": "array", "items": {"type": "string"}}}, "required": ["name", "version"]}},
      "/v2/health/live": {"operationId": "live", "summary": "Whether the server runs",
        "gives": "It runs.", "schema": {"type": "object", "properties": {"live": {"type": "boolean"}}, "required": ["live"]}},
      "/v2/health/ready": {"operationId": "ready", "summary": "Whether every model answers",
        "gives": "It answers.", "schema": {"$ref": "#/components/schemas/Ready"}},
      "/v2/repository/index": {"operationId": "index", "summary": "The models",
        "gives": "The models.", "schema": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "state": {"type": "string"}, "reason": {"type": "string"}}, "required": ["name", "state"]}}},
      "/v2/repository/models/{model}/load": {"operationId": "load", "summary": "Load a model's file again",
        "gives": "Loaded.", "schema": {"type": "object"}},
      "/v2/repository/models/{model}/unload": {"operationId": "unload", "summary": "Answer with a model no more",
        "gives": "Unloaded.", "schema": {"type": "object"}},
      "/v2/models/{model}": {"operationId": "metadata", "summary": "What a model takes and gives",
        "gives": "What the model takes and gives.", "schema": {"type": "object", "properties": {"name": {"type": "string"}, "versions": {"type": "array", "items": {"type": "string"}}, "platform": {"type": "string"}, "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}, "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}, "required": ["name", "platform"]}},
      "/v2/models/{model}/ready": {"operationId": "modelReady", "summary": "Whether a model answers",
        "gives": "It answers.", "schema": {"$ref": "#/components/schemas/Ready"}},
      "/v2/models/{model}/infer": {"operationId": "infer", "summary": "Classify documents as tensors",
        "takes": {"type": "object", "properties": {"id": {"type": "string"}, "inputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}, "minItems": 1, "maxItems": 1}, "outputs": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "parameters": {"type": "object"}}, "required": ["name"]}}, "parameters": {"type": "object", "properties": {"top_k": {"type": "integer", "minimum": 1}, "false_accept_rate": {"type": "number"}, "binary_data_output": {"type": "boolean"}}}}, "required": ["inputs"]},
        "gives": "The tensors.", "schema": {"type": "object", "properties": {"model_name": {"type": "string"}, "model_version": {"type": "string"}, "id": {"type": "string"}, "outputs": {"type": "array", "items": {"$ref": "#/components/schemas/Tensor"}}}, "required": ["model_name", "model_version", "outputs"]}}
    }
    """#)

  private static let components = #"""
    {
      "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
      "parameters": {
        "model": {"name": "model", "in": "path", "required": true, "schema": {"type": "string"}},
        "version": {"name": "version", "in": "path", "required": true, "schema": {"type": "string"}},
        "idempotency": {"name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string", "minLength": 1, "maxLength": 255}, "description": "A request with a key that was carried out before does nothing."}
      },
      "responses": {
        "Error": {"description": "The request was not answered.", "content": {"application/json": {"schema": {"type": "object", "properties": {"error": {"type": "string"}, "code": {"type": "string"}}, "required": ["error", "code"]}}}}
      },
      "schemas": {
        "Document": {"type": ["string", "object"], "description": "A text; for a model of several columns an object with a text, a number, a truth value or null for each."},
        "Label": {"type": ["string", "integer"], "description": "A text of up to 1024 bytes, or a whole number."},
        "Answer": {"type": "object", "properties": {"label": {"$ref": "#/components/schemas/Label"}, "confidence": {"type": "number"}, "rejected": {"type": "boolean"}, "top": {"type": "array", "items": {"type": "object", "properties": {"label": {"$ref": "#/components/schemas/Label"}, "confidence": {"type": "number"}}, "required": ["label", "confidence"]}}, "reasons": {"type": "array", "items": {"type": "object", "properties": {"term": {"type": "string"}, "weight": {"type": "number"}}, "required": ["term", "weight"]}}}, "required": ["label", "confidence", "rejected"]},
        "Tensor": {"type": "object", "properties": {"name": {"type": "string"}, "datatype": {"type": "string"}, "shape": {"type": "array", "items": {"type": "integer"}}, "parameters": {"type": "object"}, "data": {"type": "array"}}, "required": ["name", "datatype", "shape"]},
        "Documents": {"type": "object", "properties": {"text": {"$ref": "#/components/schemas/Document"}, "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Document"}, "minItems": 1}, "vector": {"type": "array", "items": {"type": "number"}}, "vectors": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}, "minItems": 1}, "sparse": {"type": "array", "minItems": 1, "description": "A list of pairs [column, value] for each document.", "items": {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "number"}], "minItems": 2, "maxItems": 2}}}, "label": {"$ref": "#/components/schemas/Label"}, "labels": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}}, "additionalProperties": false},
        "Done": {"type": "object", "properties": {"done": {"type": "boolean"}, "repeated": {"type": "boolean"}}, "required": ["done", "repeated"]},
        "Ready": {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]},
        "Health": {"type": "object", "properties": {"status": {"type": "string"}, "ready": {"type": "boolean"}}, "required": ["status"]},
        "Inputs": {"type": "object", "properties": {"inputs": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}, "parameters": {"type": "object", "properties": {"top_k": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}}}}, "required": ["inputs"]},
        "Scores": {"type": "array", "items": {"type": "array", "items": {"type": "object", "properties": {"label": {"type": "string"}, "score": {"type": "number"}}, "required": ["label", "score"]}}}
      }
    }
    """#
}

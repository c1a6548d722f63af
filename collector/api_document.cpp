// SPDX-License-Identifier: EUPL-1.2
#include "collector/api_document.h"

#include <map>
#include <string_view>
#include <vector>

#include "collector/api_routes.h"
#include "collector/session.h"
#include "core/table.h"

namespace wattlife {
namespace {

constexpr std::string_view contact_name = "De beheerders van Wattlife";
constexpr std::string_view contact_email = "wattlife@wattlife.example";
constexpr std::string_view contact_url = "https://wattlife.example/";

// --- JSON in lines, so that a difference can be read
// -----------------------------------------------------------------

// A value: text that is JSON already, or members or items of their own.
class Node {
 public:
  static Node text(std::string_view value) { return Node(json_string(value)); }
  static Node raw(std::string value) { return Node(std::move(value)); }
  static Node truth(bool value) { return Node(value ? "true" : "false"); }
  static Node object() { return Node('{'); }
  static Node array() { return Node('['); }
  static Node reference(const std::string& to) {
    return object().with("$ref", text("#/components/" + to));
  }

  Node&& with(std::string_view name, Node value) && {
    add(name, std::move(value));
    return std::move(*this);
  }
  void add(std::string_view name, Node value) {
    names_.emplace_back(name);
    children_.push_back(std::move(value));
  }
  void push(Node value) { children_.push_back(std::move(value)); }
  bool empty() const { return children_.empty(); }

  std::string print(std::size_t depth = 0) const {
    if (shape_ == 0) return text_;
    const char end = shape_ == '{' ? '}' : ']';
    if (children_.empty()) return {shape_, end};
    const std::string indent(2 * depth + 2, ' ');
    std::string lines;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      lines += (i == 0 ? "\n" : ",\n") + indent;
      if (shape_ == '{') lines += json_string(names_[i]) + ": ";
      lines += children_[i].print(depth + 1);
    }
    return shape_ + lines + "\n" + std::string(2 * depth, ' ') + end;
  }

 private:
  explicit Node(std::string json) : text_(std::move(json)) {}
  explicit Node(char shape) : shape_(shape) {}

  char shape_ = 0;  // 0: `text_`
  std::string text_;
  std::vector<std::string> names_;
  std::vector<Node> children_;
};

// --- Schemas
// --------------------------------------------------------------------------------------

Node words_of(const ApiWords& words) {
  Node list = Node::array();
  for (std::size_t i = 0; i < words.count; ++i) list.push(Node::text(words.at(i)));
  return list;
}

Node schema_reference(SchemaOf of) { return Node::reference("schemas/" + std::string(of().name)); }

Node text_schema(const ApiType& type) {
  Node schema = Node::object().with("type", Node::text("string"));
  if (!type.words.empty()) {
    Node words = words_of(type.words);
    // OpenAPI 3.0.3: `nullable` adds no null to words, which are all that it may be.
    if (type.nullable && type.kind == ApiKind::text) words.push(Node::raw("null"));
    schema.add("enum", std::move(words));
  }
  if (!type.pattern.empty()) schema.add("pattern", Node::text(type.pattern));
  return schema;
}

Node bare_schema_of(const ApiType& type) {
  const auto simple = [](std::string_view name) {
    return Node::object().with("type", Node::text(name));
  };
  switch (type.kind) {
    case ApiKind::text:
      return text_schema(type);
    case ApiKind::day:
      return simple("string").with("format", Node::text("date"));
    case ApiKind::instant:
      return simple("string").with("format", Node::text("date-time"));
    case ApiKind::whole:
      return simple("integer").with("format", Node::text("int64"));
    case ApiKind::number:
      return simple("number");
    case ApiKind::truth:
      return simple("boolean");
    case ApiKind::texts:
      return simple("array").with("items", text_schema(type));
    case ApiKind::object: {
      // A reference may have nothing beside it, so that null and words go around it.
      Node all = Node::array();
      all.push(schema_reference(type.of));
      return Node::object().with("allOf", std::move(all));
    }
    case ApiKind::objects:
      return simple("array").with("items", schema_reference(type.of));
  }
  return Node::object();
}

Node node_of(const ApiSchema& schema, std::string_view nl);

Node schema_of(const ApiMember& member) {
  const ApiType& type = member.type;
  if (type.kind == ApiKind::object && type.nullable) {
    // OpenAPI 3.0 has no null beside a reference, so that the object stands here itself.
    return node_of(type.of(), member.nl).with("nullable", Node::truth(true));
  }
  Node schema = bare_schema_of(type);
  if (type.nullable) schema.add("nullable", Node::truth(true));
  schema.add("description", Node::text(member.nl));
  return schema;
}

Node node_of(const ApiSchema& schema, std::string_view nl) {
  Node required = Node::array();
  Node properties = Node::object();
  for (const ApiMember& member : schema.members) {
    if (!member.type.left_out) required.push(Node::text(member.name));
    properties.add(member.name, schema_of(member));
  }
  Node node = Node::object().with("type", Node::text("object")).with("description", Node::text(nl));
  if (!required.empty()) node.add("required", std::move(required));
  node.add("properties", std::move(properties));
  return node;
}

using SchemasByName = std::map<std::string_view, const ApiSchema*>;
void collect_members(const ApiSchema& schema, SchemasByName& found);

// All that an answer refers to.
void collect(const ApiSchema& schema, SchemasByName& found) {
  if (found.emplace(schema.name, &schema).second) collect_members(schema, found);
}

void collect_members(const ApiSchema& schema, SchemasByName& found) {
  for (const ApiMember& member : schema.members) {
    const ApiType& type = member.type;
    if (type.of == nullptr) continue;
    if (type.kind == ApiKind::object && type.nullable) {
      collect_members(type.of(), found);
    } else {
      collect(type.of(), found);
    }
  }
}

// --- Operations
// -----------------------------------------------------------------------------------

Node parameter_schema(const ApiParameter& parameter) {
  const auto whole = [](std::int64_t value) { return Node::raw(std::to_string(value)); };
  Node schema = Node::object();
  if (parameter.kind == ParameterKind::whole) {
    return std::move(schema)
        .with("type", Node::text("integer"))
        .with("minimum", whole(parameter.least))
        .with("maximum", whole(parameter.most))
        .with("default", whole(parameter.otherwise));
  }
  schema.add("type", Node::text("string"));
  switch (parameter.kind) {
    case ParameterKind::word:
      schema.add("enum", words_of(parameter.words));
      break;
    case ParameterKind::day:
      schema.add("format", Node::text("date"));
      break;
    case ParameterKind::truth: {
      Node words = Node::array();
      for (const char* word : {"ja", "nee"}) words.push(Node::text(word));
      schema.add("enum", std::move(words));
      break;
    }
    case ParameterKind::oin:
      schema.add("pattern", Node::text(api_oin.pattern));
      break;
    case ParameterKind::text:
    case ParameterKind::cursor:
      schema.add("minLength", whole(1));
      schema.add("maxLength", whole(std::int64_t{longest_parameter}));
      break;
    case ParameterKind::whole:
      break;
  }
  return schema;
}

Node parameters_of(const ApiRoute& route) {
  Node list = Node::array();
  if (route.path.find("{id}") != std::string_view::npos) {
    list.push(Node::object()
                  .with("name", Node::text("id"))
                  .with("in", Node::text("path"))
                  .with("required", Node::truth(true))
                  .with("description", Node::text("Het kenmerk"))
                  .with("schema", text_schema(api_id)));
  }
  for (const ApiParameter& parameter : route.parameters) {
    list.push(Node::object()
                  .with("name", Node::text(parameter.name))
                  .with("in", Node::text("query"))
                  .with("description", Node::text(parameter.nl))
                  .with("schema", parameter_schema(parameter)));
  }
  if (route.method == "GET") list.push(Node::reference("parameters/IfNoneMatch"));
  return list;
}

Node headers_of(const ApiRoute& route, bool with_links) {
  const auto header = [](const char* name) {
    return Node::reference("headers/" + std::string(name));
  };
  Node headers = Node::object()
                     .with("API-Version", header("ApiVersion"))
                     .with("ETag", header("ETag"))
                     .with("Cache-Control", header("CacheControl"));
  if (with_links && route.answer.pages) headers.add("Link", header("Link"));
  return headers;
}

Node responses_of(const ApiRoute& route) {
  Node schema = route.answer.schema != nullptr ? schema_reference(route.answer.schema)
                                               : Node::object().with("type", Node::text("object"));
  Node content =
      Node::object().with("application/json", Node::object().with("schema", std::move(schema)));
  if (route.answer.table) {
    content.add("text/csv",
                Node::object().with("schema", Node::object().with("type", Node::text("string"))));
  }
  Node responses = Node::object();
  responses.add("200", Node::object()
                           .with("description", Node::text(route.answer.nl))
                           .with("headers", headers_of(route, true))
                           .with("content", std::move(content)));
  responses.add("304", Node::object()
                           .with("description", Node::text("Niet veranderd sinds die ETag"))
                           .with("headers", headers_of(route, false)));
  const auto problem = [&](const char* status, const char* name) {
    responses.add(status, Node::reference("responses/" + std::string(name)));
  };
  problem("400", "OnjuistVerzoek");
  if (route.access.who == Access::Who::people) {
    problem("401", "NietAangemeld");
    problem("403", "NietVoorDezeRol");
  }
  if (route.answer.of_one) problem("404", "NietGevonden");
  problem("503", "EvenNiet");
  return responses;
}

std::string roles_of(const Access& access) {
  if (access.who != Access::Who::people) return "Zonder aanmelden.";
  std::string roles;
  for (const Role role : all_roles) {
    if (access.of(role) == Extent::none) continue;
    roles += (roles.empty() ? "" : ", ") + std::string(name_of(role));
  }
  return "Rollen: " + roles + ".";
}

Node operation_of(const ApiRoute& route) {
  Node tags = Node::array();
  tags.push(Node::text(route.tag));
  Node security = Node::array();
  if (route.access.who == Access::Who::people) {
    security.push(Node::object().with("sessie", Node::array()));
  }
  return Node::object()
      .with("operationId", Node::text(route.operation_id))
      .with("summary", Node::text(route.summary))
      .with("description",
            Node::text(std::string(route.description) + " " + roles_of(route.access)))
      .with("tags", std::move(tags))
      .with("security", std::move(security))
      .with("parameters", parameters_of(route))
      .with("responses", responses_of(route));
}

Node paths() {
  // One address may have several methods.
  std::vector<std::pair<std::string_view, Node>> found;
  for (const ApiRoute& route : api_routes()) {
    if (found.empty() || found.back().first != route.path) {
      found.emplace_back(route.path, Node::object());
    }
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    found.back().second.add(method, operation_of(route));
  }
  Node node = Node::object();
  for (auto& [path, operations] : found) {
    node.add(path.substr(api_prefix.size()), std::move(operations));
  }
  return node;
}

// --- What all have in common
// ----------------------------------------------------------------------

Node header_node(const char* nl, const char* example) {
  return Node::object()
      .with("description", Node::text(nl))
      .with("schema",
            Node::object().with("type", Node::text("string")).with("example", Node::text(example)));
}

Node problem_response(const char* nl) {
  Node content = Node::object().with(
      "application/problem+json", Node::object().with("schema", schema_reference(problem_schema)));
  return Node::object()
      .with("description", Node::text(nl))
      .with("headers", Node::object().with("API-Version", Node::reference("headers/ApiVersion")))
      .with("content", std::move(content));
}

Node components() {
  SchemasByName found;
  for (const ApiRoute& route : api_routes()) {
    if (route.answer.schema != nullptr) collect(route.answer.schema(), found);
  }
  collect(problem_schema(), found);
  Node schemas = Node::object();
  for (const auto& [name, schema] : found) schemas.add(name, node_of(*schema, schema->nl));
  Node responses =
      Node::object()
          .with("OnjuistVerzoek", problem_response("Een of meer parameters kloppen niet; alle "
                                                   "fouten staan in `fouten`"))
          .with("NietAangemeld", problem_response("Meld u eerst aan"))
          .with("NietVoorDezeRol", problem_response("Geen van de rollen geeft hier toegang"))
          .with("NietGevonden", problem_response("Er is niets op dit adres, of niet voor u"))
          .with("EvenNiet", problem_response("Nu niet te lezen; probeer het later opnieuw"));
  Node match = Node::object()
                   .with("name", Node::text("If-None-Match"))
                   .with("in", Node::text("header"))
                   .with("description", Node::text("ETag van een eerder antwoord; is er niets "
                                                   "veranderd, dan is het antwoord 304"))
                   .with("schema", Node::object().with("type", Node::text("string")));
  Node headers = Node::object()
                     .with("ApiVersion", header_node("De volledige versie van de API", "1.0.0"))
                     .with("ETag", header_node("Kenmerk van precies deze inhoud", "\"0f3a...\""))
                     .with("CacheControl", header_node("Hoe lang en door wie het te bewaren is",
                                                       "private, no-cache"))
                     .with("Link", header_node("Deze bladzijde (`self`) en de volgende (`next`)",
                                               "</v1/apparaten>; rel=\"self\""));
  Node session =
      Node::object()
          .with("type", Node::text("apiKey"))
          .with("in", Node::text("cookie"))
          .with("name", Node::text(session_cookie))
          .with("description",
                Node::text("Het cookie van de sessie, na aanmelden op /aanmelden. Achter een proxy "
                           "die aanmeldt is er geen: die zegt wie het is. Een verzameldienst "
                           "zonder aanmelden, op loopback, vraagt niets."));
  return Node::object()
      .with("securitySchemes", Node::object().with("sessie", std::move(session)))
      .with("parameters", Node::object().with("IfNoneMatch", std::move(match)))
      .with("headers", std::move(headers))
      .with("responses", std::move(responses))
      .with("schemas", std::move(schemas));
}

Node info() {
  return Node::object()
      .with("title", Node::text("Wattlife"))
      .with("version", Node::text(api_version))
      .with("description",
            Node::text("Hoe het met laptops van de overheid staat, wat ermee te doen, en wat ze "
                       "samen verbruiken. Volgens de NLGov REST API Design Rules. Elk antwoord "
                       "draagt `API-Version`; elke fout is `application/problem+json` (RFC 9457) "
                       "met de woorden in het Nederlands en Engels. Tijden zijn UTC."))
      .with("contact", Node::object()
                           .with("name", Node::text(contact_name))
                           .with("email", Node::text(contact_email))
                           .with("url", Node::text(contact_url)))
      .with("license",
            Node::object()
                .with("name", Node::text("EUPL-1.2"))
                .with("url", Node::text("https://interoperable-europe.ec.europa.eu/collection/eupl/"
                                        "eupl-text-eupl-12")));
}

}  // namespace

std::string api_document() {
  Node servers = Node::array();
  servers.push(Node::object()
                   .with("url", Node::text(api_prefix))
                   .with("description", Node::text("De verzameldienst die dit document gaf")));
  Node tags = Node::array();
  for (const ApiTag& tag : api_tags()) {
    tags.push(
        Node::object().with("name", Node::text(tag.name)).with("description", Node::text(tag.nl)));
  }
  return Node::object()
             .with("openapi", Node::text("3.0.3"))
             .with("info", info())
             .with("servers", std::move(servers))
             .with("tags", std::move(tags))
             .with("paths", paths())
             .with("components", components())
             .print() +
         "\n";
}

}  // namespace wattlife

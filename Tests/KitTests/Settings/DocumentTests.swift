import GatewayKit
import Testing

@Suite struct DocumentTests {
    private let schema = JSONSchema.text(root: SampleShape.root, registry: SampleShape.registry)
    private let reference = ModuleReference.markdown(root: SampleShape.root, registry: SampleShape.registry)

    @Test func `the schema is JSON, and the same each time`() throws {
        let value = try JSONValue(strictly: schema.utf8)
        #expect(value["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema == JSONSchema.text(root: SampleShape.root, registry: SampleShape.registry))
        #expect(value["properties"]?.object?.map(\.name) == ["server", "mail", "rules", "name", "title"])
    }

    @Test func `unknown keys are refused on every level`() throws {
        let value = try JSONValue(strictly: schema.utf8)
        let rule = value["properties"]?["rules"]?["items"]
        #expect(value["additionalProperties"] == false)
        #expect(value["properties"]?["server"]?["additionalProperties"] == false)
        #expect(rule?["additionalProperties"] == false)
        #expect(rule?["required"] == ["path"])
        #expect(value["$defs"]?["module-mail-smtp"]?["additionalProperties"] == false)
    }

    @Test func `a number may be an interpolation and has its bounds and its default`() throws {
        let port = try JSONValue(strictly: schema.utf8)["properties"]?["server"]?["properties"]?["port"]
        #expect(
            port == [
                "description": "Where it listens.", "default": 8080,
                "anyOf": [
                    ["type": "integer", "minimum": 1, "maximum": 65535], ["$ref": "#/$defs/interpolation"],
                ],
            ])
    }

    @Test func `a section for a module is told apart by its use`() throws {
        let definitions = try JSONValue(strictly: schema.utf8)["$defs"]
        let choices = definitions?["slot-mail"]?["else"]?["allOf"]
        #expect(
            choices?.array?.first == [
                "if": ["properties": ["use": ["const": "smtp"]], "required": ["use"]],
                "then": ["$ref": "#/$defs/module-mail-smtp"],
            ])
        #expect(definitions?["module-mail-smtp"]?["required"] == ["use", "host"])
        #expect(definitions?["module-mail-file"]?["properties"]?.object?.map(\.name) == ["use", "folder"])
    }

    @Test func `a former name is known but deprecated, and either will do`() throws {
        let value = try JSONValue(strictly: schema.utf8)
        #expect(value["properties"]?["title"]?["deprecated"] == true)
        #expect(value["required"] == nil)
        #expect(value["allOf"] == [["anyOf": [["required": ["name"]], ["required": ["title"]]]]])
    }

    @Test func `the schema is indented for people`() {
        #expect(
            schema.hasPrefix(
                """
                {
                  "$schema": "https://json-schema.org/draft/2020-12/schema",
                  "title": "Auth Gateway configuration",
                  "description": "A sample.",
                  "type": "object",
                  "properties": {
                    "server": {
                      "description": "How it is reached.",
                      "default": {},
                      "type": ["object", "null"],
                      "properties": {
                        "port": {
                          "description": "Where it listens.",
                          "default": 8080,
                          "anyOf": [
                            {
                              "type": "integer",
                              "minimum": 1,
                              "maximum": 65535
                            },
                            {"$ref": "#/$defs/interpolation"}
                          ]
                        },

                """))
        #expect(schema.hasSuffix("}\n"))
    }

    @Test func `the reference lists every setting with what it holds, its default and its sentence`() {
        #expect(
            reference.hasSuffix(
                """
                ## The file

                A sample.

                | key | holds | default | what it does |
                |---|---|---|---|
                | `server` | settings, see [below](#server) | as below | How it is reached. |
                | `mail` | a [mail module](#mail-modules) | `{use: file, folder: out}` | How mail leaves. |
                | `rules` | settings, see [below](#rules) | `[]` | Who may do what. |
                | `name` | a text | required | What it is called \\| named. Formerly `title`. |

                ## `server`

                How it is reached.

                | key | holds | default | what it does |
                |---|---|---|---|
                | `port` | a whole number from 1 to 65535 | `8080` | Where it listens. |
                | `debug` | true or false | `false` | Whether it talks. |
                | `idle` | a duration from 1s to 1m, such as 90s, 10m, 12h or 30d | `10s` | How long it waits. |
                | `trusted` | a list, each a text, or the word unix | `unix` | Who is trusted. |

                ## `rules`

                Who may do what.

                | key | holds | default | what it does |
                |---|---|---|---|
                | `path` | a text | required | What it is about. |
                | `by` | one of ip, account | `ip` | What is counted. |
                | `groups` | a map, each a whole number from 0 to 9 | `{}` | How much each may. |

                ## mail modules

                Delivers mail.

                ### `smtp`

                Sends mail to a server.

                | key | holds | default | what it does |
                |---|---|---|---|
                | `host` | a text | required | The server's name. |
                | `password` | a secret | none | The password. |

                ### `file`

                Writes mail into a folder.

                | key | holds | default | what it does |
                |---|---|---|---|
                | `folder` | a path | `mail` | The folder. |

                """))
    }

    @Test func `defaults that do not decode are found on every level and in modules`() {
        let inner = Settings<Int>.object("In.", Field("port", .integer(1...9), default: 10, "P.")) { $0 }
        let module = Module<any Mailer>(
            .mail, "m", "M.", settings: .object("M.", Field("wait", .boolean, default: "no", "W.")) { $0 }
        ) { _, _ in fatalError() }
        let root = Settings<Int>.object("Out.", Field("list", .list(of: inner), default: [], "L.")) { $0.count }
        let problems = root.shape.object?.problemsOfDefaults(registry: ModuleRegistry(modules: [module])) ?? []
        #expect(problems.map(\.path) == ["list.port", "mail/m.wait"])
        #expect(SampleShape.root.problemsOfDefaults(registry: SampleShape.registry).isEmpty)
    }
}

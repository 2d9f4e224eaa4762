import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct InputTests {
    @Test func `fields are held beside each other too, as far as each can be taken alone`() throws {
        let input = Input.object(
            [.json], InputField("name", .text(1...9), "The name."), InputField("word", .text(1...9), "The word."),
            together: { name, word in
                name == word ? [InputProblem("word", InputRefusal("same", "must not be the name"))] : []
            }
        ) { "\($0) \($1)" }
        #expect(try input.decode(Array(#"{"name":"a","word":"b"}"#.utf8), .stated(.json)) == "a b")
        for (body, faults) in [(#"{"name":"a","word":"a"}"#, ["same"]), (#"{"name":"a"}"#, ["required"])] {
            let problem = #expect(throws: Problem.self) { try input.decode(Array(body.utf8), .stated(.json)) }
            #expect(problem?.errors.map(\.code) == faults)
        }
    }

    @Test func `an empty body has no type to be wrong where none is needed`() async throws {
        var doors = Doors()
        let input = Input.object([.json], InputField("loud", optional: .boolean, "Whether to shout.")) { $0 }
        doors.endpoints.append(
            Endpoint(Route(.post, "/shout", "Shouts.", input: input, answers: [])) { loud, _, _ in "\(loud as Any)" })
        for length in ["0", nil] {
            var headers: HTTPFields = [.contentType: "text/plain"]
            headers[.contentLength] = length
            #expect(try await doors.answer(.post, "/shout", headers: headers).text == "nil")
        }
        let stated = try await doors.answer(.post, "/shout", headers: [.contentType: "text/plain"], body: "loud")
        #expect(stated.status == .unsupportedMediaType)
    }

    @Test func `a closed body refuses the fields that it does not know, beside all other faults`() throws {
        let input = Input.object([.json], closed: true, InputField("name", .text(1...9), "The name.")) { $0 }
        #expect(try input.decode(Array(#"{"name":"ada"}"#.utf8), .stated(.json)) == "ada")
        let problem = #expect(throws: Problem.self) {
            try input.decode(Array(#"{"nmae":"ada","a/b":{}}"#.utf8), .stated(.json))
        }
        #expect(problem?.errors.map(\.pointer) == ["/name", "/nmae", "/a~1b"])
        #expect(problem?.errors.map(\.code) == ["required", "unknown_field", "unknown_field"])
        let many = "{" + (0..<5000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let bounded = #expect(throws: Problem.self) { try input.decode(Array(many.utf8), .stated(.json)) }
        #expect(bounded?.errors.count == 11)
    }

    @Test(
        arguments: [
            ("count=7&word=a%2Fb+c", "7 a/b c", ""), ("", "nil nil", ""), ("count=7", "7 nil", ""),
            ("count=x&word=&wrod=1", nil, "/count wrong_type, /word empty, /wrod unknown_field"),
            ("count=10", nil, "/count too_large"),
            ("count=7&count=7", nil, "malformed_request"), ("word=%zz", nil, "malformed_request"),
            ("word=%00", nil, "malformed_request"), ("word=%ff", nil, "malformed_request"),
        ] as [(String, String?, String)])
    func `a query is read as strictly as a body, and names every parameter at fault`(
        query: String, value: String?, faults: String
    ) async throws {
        var doors = Doors()
        let input = Input.query(
            InputField("count", optional: .wholeNumber(1...9), "How many."),
            InputField("word", optional: .text(1...9), "The word.")
        ) { "\($0.map { "\($0)" } ?? "nil") \($1 ?? "nil")" }
        let route = Route(.get, "/search", "Searches.", input: input, answers: [])
        #expect(route.declaration.allRefusals.contains(.invalidInput))
        doors.endpoints.append(Endpoint(route) { found, _, _ in found })
        let answer = try await doors.answer(.get, "/search" + (query.isEmpty ? "" : "?\(query)"))
        if let value {
            #expect(answer.text == value)
        } else {
            let problem = try JSONValue(strictly: Array(answer.text.utf8))
            let errors = (problem["errors"]?.array ?? []).map { error in
                "\(error["pointer"]?.string ?? "") \(error["code"]?.string ?? "")"
            }
            #expect((errors.isEmpty ? problem["code"]?.string : errors.joined(separator: ", ")) == faults)
        }
    }

    @Test func `a caller who is not admitted is told so before the body is looked at`() async throws {
        var doors = Doors()
        let input = Input.object([.json], InputField("name", .username, "The name.")) { $0 }
        let route = Route(
            .post, "/guarded", "Lets nobody in.", input: input, answers: [], admit: { _ in throw Problem.missingToken })
        doors.endpoints.append(Endpoint(route) { _, _, _ in "in" })
        let answer = try await doors.answer(.post, "/guarded", headers: .json, body: "{")
        #expect(answer.status == .unauthorized)
        let door = try doors.frontDoor()
        let checked = try #require(door.routes.declaration(named: "POST /guarded"))
        #expect(checked.name == "POST /guarded")
    }

    @Test(.timeLimit(.minutes(5))) func `a form's name of a million combining marks costs no more than another`()
        throws
    {
        let name = String(repeating: "\u{345}\u{316}", count: 500_000)
        let input = Input.object([.form], InputField("name", .text(1...9), "The name.")) { $0 }
        #expect(try input.decode(Array("a\(name)=1&b\(name)=2&name=ada".utf8), .stated(.form)) == "ada")
    }

    @Test(
        arguments: [
            (#"{"name":"Ada","email":"ada@example.com","more":[1,{}]}"#, HTTPFields.json, "ada ada@example.com -"),
            (#"{"loud":null,"email":"ada@example.com","name":"ada"}"#, .json, "ada ada@example.com -"),
            (#"{"loud":true,"email":"ada@example.com","name":"ada"}"#, .json, "ada ada@example.com true"),
            ("name=ada&email=ada%2bx%40example.com&grant_type=password", .form, "ada ada+x@example.com -"),
            ("email=ada@example.com&name=ada&loud=true&&", .form, "ada ada@example.com true"),
            (
                "name=ada&email=ada@example.com",
                [.contentType: "Application/X-WWW-Form-URLencoded ; charset=UTF-8"], "ada ada@example.com -"
            ),
        ] as [(String, HTTPFields, String)]) func `a body is read in each of its formats`(
            body: String, headers: HTTPFields, text: String
        ) async throws
    {
        let answer = try await Doors().answer(.post, "/names", headers: headers, body: body)
        #expect(answer.text == text)
    }

    @Test(
        arguments: [
            (#"{}"#, HTTPFields.json, ["/name required", "/email required"]),
            ("", .form, ["/name required", "/email required"]),
            (
                #"{"name":null,"email":1,"loud":"true"}"#, .json,
                ["/name required", "/email wrong_type", "/loud wrong_type"]
            ),
            (#"{"name":"","email":"ada"}"#, .json, ["/name empty", "/email invalid_email"]),
            ("name=a&email=&loud=yes", .form, ["/name too_short", "/email empty", "/loud wrong_type"]),
            (
                #"{"name":"\#(String(repeating: "a", count: 65))","email":"a@\#(String(repeating: "b", count: 253))"}"#,
                .json, ["/name too_long", "/email too_long"]
            ),
        ] as [(String, HTTPFields, [String])]) func `every field at fault is named at once`(
            body: String, headers: HTTPFields, faults: [String]
        ) async throws
    {
        let answer = try await Doors().answer(.post, "/names", headers: headers, body: body)
        #expect(answer.status == .unprocessableContent)
        #expect(try answer.member("code") == "invalid_input")
        let errors = try #require(try answer.member("errors")?.array)
        #expect(errors.map { "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "")" } == faults)
    }

    @Test(
        arguments: [
            ("", HTTPFields.json), ("{", .json), ("[]", .json), ("null", .json), (#"{"name":"a","name":"b"}"#, .json),
            (#"{"name":"\u0000"}"#, .json), (#"{"name":"\ud800"}"#, .json), ("{}x", .json),
            ("name=%", .form), ("name=%4", .form), ("name=%zz", .form), ("name=%ff", .form), ("name=%00", .form),
            ("name=a&name=b", .form), ("x=a&x=b", .form), ("", [:]),
        ] as [(String, HTTPFields)]) func `what is not JSON or a form is malformed`(body: String, headers: HTTPFields)
        async throws
    {
        let answer = try await Doors().answer(.post, "/names", headers: headers, body: body)
        #expect(answer.status == .badRequest)
        #expect(try answer.member("code") == "malformed_request")
    }

    @Test(
        arguments: [
            [:], [.contentType: "text/plain"], [.contentType: "multipart/form-data; boundary=x"],
            [.contentType: "application/json; charset=latin1"], [.contentType: "application/json, text/plain"],
            [.contentType: "application/json", .contentEncoding: "gzip"],
        ] as [HTTPFields]) func `a body of another type is refused`(headers: HTTPFields) async throws
    {
        let answer = try await Doors().answer(.post, "/names", headers: headers, body: "{}")
        #expect(answer.status == .unsupportedMediaType)
        #expect(
            try answer.member("detail") == """
                The body must be application/json or application/x-www-form-urlencoded, in UTF-8 and without a content encoding.
                """)
    }

    @Test func `a body over the limit is refused`() async throws {
        let body = #"{"name":"\#(String(repeating: "a", count: 1000))"}"#
        let answer = try await Doors().answer(.post, "/names", headers: .json, body: body)
        #expect(answer.status == .contentTooLarge)
        #expect(try answer.member("detail") == "The body must have at most 1000 bytes.")
    }

    @Test func `a body may be missing where no field is required`() async throws {
        let route = Route(
            .post, "/out", "Logs out.",
            input: .object([.json], InputField("everywhere", optional: .boolean, "Everywhere.")) { $0 }, answers: [])
        var doors = Doors()
        doors.endpoints = [Endpoint(route) { everywhere, _, _ in "\(everywhere ?? false)" }]
        #expect(try await doors.answer(.post, "/out").text == "false")
        #expect(try await doors.answer(.post, "/out", headers: .json).text == "false")
        #expect(try await doors.answer(.post, "/out", headers: .json, body: #"{"everywhere":true}"#).text == "true")
        #expect(try await doors.answer(.post, "/out", headers: .json, body: "{").status == .badRequest)
        #expect(try await doors.answer(.post, "/out", headers: .form, body: "a=b").status == .unsupportedMediaType)
    }

    @Test func `a number has its bounds, and a list holds texts alone`() throws {
        let input = Input.object(
            [.json, .form], InputField("age", optional: .wholeNumber(3...99), "How old."),
            InputField("names", optional: .texts, "What for.")
        ) { age, names in "\(age ?? 0) \(names ?? [])" }
        for (body, text) in [
            (#"{"age":3,"names":["a",""]}"#, #"3 ["a", ""]"#), (#"{"age":99,"names":[]}"#, "99 []"), ("{}", "0 []"),
        ] {
            #expect(try input.decode(Array(body.utf8), .stated(.json)) == text)
        }
        #expect(try input.decode(Array("age=12".utf8), .stated(.form)) == "12 []")
        for (body, format, faults) in [
            (#"{"age":2,"names":"a"}"#, BodyFormat.json, ["too_small", "wrong_type"]),
            (#"{"age":100,"names":[1]}"#, .json, ["too_large", "wrong_type"]),
            (#"{"age":"5","names":{}}"#, .json, ["wrong_type", "wrong_type"]),
            (#"{"age":5.0,"names":[["a"]]}"#, .json, ["wrong_type", "wrong_type"]),
            (#"{"age":99999999999999999999,"names":[null]}"#, .json, ["wrong_type", "wrong_type"]),
            ("age=old&names=a", .form, ["wrong_type", "wrong_type"]),
        ] {
            let problem = #expect(throws: Problem.self) { try input.decode(Array(body.utf8), .stated(format)) }
            #expect(problem?.errors.map(\.code) == faults, "\(body)")
        }
    }

    @Test func `an instant is read in both formats`() throws {
        let input = Input.object([.json, .form], InputField("at", .instant, "When.")) { $0 }
        for (body, format) in [
            (#"{"at":"2035-01-31T09:30:00Z"}"#, BodyFormat.json), ("at=2035-01-31T10%3a30%3a00%2B01:00", .form),
        ] {
            let instant = try input.decode(Array(body.utf8), .stated(format))
            #expect(instant.iso8601 == "2035-01-31T09:30:00.000Z")
        }
        for (value, fault) in [("7", "wrong_type"), (#""""#, "empty"), (#""tomorrow""#, "invalid_instant")] {
            let body = Array(#"{"at":\#(value)}"#.utf8)
            let problem = #expect(throws: Problem.self) { try input.decode(body, .stated(.json)) }
            #expect(problem?.errors.map(\.code) == [fault], "\(value)")
        }
    }

    @Test func `a declaration keeps what documents need`() throws {
        let route = try #require(RouteTable(Doors.routes.map(\.declaration)).declaration(named: "POST /names"))
        let input = try #require(route.input)
        #expect(input.formats == [.json, .form])
        #expect(input.fields.map(\.name) == ["name", "email", "loud"])
        #expect(input.fields.map(\.isRequired) == [true, true, false])
        #expect(
            input.fields[0].content
                == InputContent(.text, lengths: 3...64, pattern: "^[A-Za-z0-9._-]+$", example: "johndoe"))
        #expect(
            input.fields[1].content
                == InputContent(.text, lengths: 1...254, format: "email", example: "john@example.com"))
    }
}

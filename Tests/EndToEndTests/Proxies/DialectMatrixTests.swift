import Testing

/// Every header that states a request, in every form, from a proxy that is believed and one that is not.
@Suite(.timeLimit(.minutes(5)))
struct DialectMatrixTests {
    private enum Form: String, CaseIterable {
        case absent, one, two, twoThatDiffer, joined, underscored, underscoredBeside
    }

    @Test(arguments: [true, false])
    func `a question is answered as the contract says, whatever one of its headers looks like`(
        isTrusted: Bool
    ) async throws {
        let trusted = isTrusted ? "" : "\n  trusted_proxies: []"
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), server: "log: {level: info}" + trusted,
            extra: """
                access: {rules: [{path: /open, allow: anyone}, {path: /closed, allow: nobody}]}
                pipeline: []
                """)
        let token = try await TourTests.registerAndLogIn(at: gateway).text("access_token")
        var count = 0
        for dialect in DialectModel.dialects {
            let model = DialectModel(dialect: dialect, isTrusted: isTrusted)
            for path in ["/open", "/page", "/closed"] {
                for field in DialectModel.fields {
                    for form in Form.allCases {
                        let lines = Self.lines(dialect.fields, about: path, with: field, in: form)
                        for hasToken in [true, false] {
                            let answer = try await Self.ask(gateway, dialect.name, path, lines, hasToken ? token : nil)
                            let expected = model.status(of: path, lines: lines, hasToken: hasToken)
                            let what = "\(dialect.name) \(path) \(field) \(form) \(hasToken)"
                            #expect(answer.status == expected, "\(what)")
                            let names = answer.headers.filter { $0.name == "remote-user" }.map(\.value)
                            #expect(names == (expected == 200 ? [hasToken ? "johndoe" : ""] : []), "\(what)")
                            count += 1
                        }
                    }
                }
            }
        }
        #expect(count == 5 * 3 * 6 * 7 * 2)
        await gateway.end()
    }

    /// The dialect's own fields, each once, but for one field, its own or another's, in a certain form.
    private static func lines(
        _ own: [String], about path: String, with field: String, in form: Form
    ) -> [DialectModel.Line] {
        let others = own.filter { $0 != field }.map { DialectModel.Line(name: $0, value: value(of: $0, path)) }
        let right = DialectModel.Line(name: field, value: value(of: field, path))
        let lie = DialectModel.Line(name: field, value: value(of: field, "/open"))
        let underscored = DialectModel.Line(name: field.replacing("-", with: "_"), value: lie.value)
        let changed: [DialectModel.Line] =
            switch form {
            case .absent: []
            case .one: [right]
            case .two: [right, right]
            case .twoThatDiffer: [lie, right]
            case .joined: [DialectModel.Line(name: field, value: "\(right.value), \(lie.value)")]
            case .underscored: [underscored]
            case .underscoredBeside: [underscored, right]
            }
        return others + changed
    }

    private static func value(of field: String, _ path: String) -> String {
        switch field {
        case "X-Original-URL": "https://app.example.com\(path)"
        case "X-Forwarded-Proto": "https"
        case "X-Forwarded-Host": "app.example.com"
        case "X-Forwarded-Uri": path
        default: "GET"
        }
    }

    private static func ask(
        _ gateway: GatewayProcess, _ dialect: String, _ path: String, _ lines: [DialectModel.Line], _ token: String?
    ) async throws -> HTTPAnswer {
        let credential = token.map { [("Authorization", "Bearer \($0)")] } ?? []
        let host = dialect == "envoy" ? [("Host", "app.example.com")] : []
        let target = "/auth/verify/\(dialect)" + (dialect == "envoy" ? path : "")
        return try await gateway.get(target, lines.map { ($0.name, $0.value) } + credential + host)
    }
}

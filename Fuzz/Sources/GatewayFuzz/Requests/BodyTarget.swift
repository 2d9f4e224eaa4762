import GatewayKit

@testable import GatewayEndpoints
@testable import GatewayHTTP

extension FuzzTarget {
    /// A body as the route takes it that the first byte chooses: refused in one of two ways, each fault at a field that
    /// the route has, what is taken fits its documents, and JSON that is written again is taken alike.
    static let body = FuzzTarget("body") { input in
        guard let first = input.first else { return }
        let reader = BodyReader.all[Int(first) % BodyReader.all.count]
        let body = Array(input.dropFirst())
        let refusal = reader.refusal(body, reader.format)
        check(refusal, of: reader.shape)
        guard let members = try? reader.format.members(of: body) else { return }
        if refusal == nil { check(members, fit: reader.shape) }
        let written = members.encoded()
        guard reader.shape.formats.contains(.json), !hasBoolean(reader) else { return }
        claim("one and the same body is taken alike", holds: reader.refusal(written, .json) == refusal)
    }

    /// A form's `true` is a text to JSON, and is refused there.
    private static func hasBoolean(_ reader: BodyReader) -> Bool {
        reader.format == .form && reader.shape.fields.contains { $0.content.kind == .boolean }
    }

    private static func check(_ refusal: Problem?, of shape: InputShape) {
        guard let refusal else { return }
        claim(
            "a body is malformed or its fields cannot be taken: \(refusal.kind.code)",
            holds: [.malformedRequest, .invalidInput].contains(refusal.kind))
        let names = Set(shape.fields.map { "/" + $0.name })
        claim("a fault is at a field of the route", holds: refusal.errors.allSatisfy { names.contains($0.pointer) })
        claim(
            "fields that cannot be taken are named",
            holds: refusal.kind == .invalidInput ? !refusal.errors.isEmpty : refusal.errors.isEmpty)
        claim("and once each", holds: Set(refusal.errors.map(\.pointer)).count == refusal.errors.count)
    }

    /// What is taken is what the documents promise to take.
    private static func check(_ members: JSONValue, fit shape: InputShape) {
        for field in shape.fields {
            let value = members[field.name] ?? .null
            claim("\(field.name) is there", holds: value != .null || !field.isRequired)
            // How long a new password may be is the policy's business, which may be asked later.
            guard !field.content.isSecret, let text = value.string, let lengths = field.content.lengths else {
                continue
            }
            claim("\(field.name) is as long as it may be", holds: lengths.contains(text.unicodeScalars.count))
        }
    }
}

/// How one route takes a body of one format.
private struct BodyReader: Sendable {
    let shape: InputShape
    let format: BodyFormat
    /// Why a body cannot be taken; nil when it can.
    let refusal: @Sendable ([UInt8], BodyFormat) -> Problem?

    static let all: [BodyReader] = {
        let policy = PasswordPolicy(minimumLength: 8, maximumLength: 256) { $0 == "password" }
        let routes = GatewayRoutes(policy: policy, admit: { _ in }, admitAdministrator: { _ in })
        return readers(routes.register) + readers(routes.login) + readers(routes.refresh)
            + readers(routes.forgotPassword) + readers(routes.reset) + readers(routes.rename)
            + readers(routes.changePassword) + readers(routes.delete) + readers(routes.createUser)
            + readers(routes.changeUser)
    }()

    private static func readers<Value>(_ route: Route<Value>) -> [BodyReader] {
        guard let shape = route.input.shape else { return [] }
        return shape.formats.map { format in
            BodyReader(shape: shape, format: format) { body, format in
                do throws(Problem) {
                    _ = try route.input.decode(body, .stated(format))
                    return nil
                } catch {
                    return error
                }
            }
        }
    }
}

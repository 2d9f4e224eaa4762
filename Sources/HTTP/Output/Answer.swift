import GatewayKit
public import HTTPTypes
public import Hummingbird
import NIOCore

/// An answer of a route, declared and made in one place: documents print its declaration, the endpoint makes its
/// response by it.
public struct Answer<Body: Sendable>: Sendable {
    /// What it is.
    public let declaration: RouteDeclaration.Answer
    private let encode: @Sendable (Body) -> [UInt8]
    /// The declared fields that have one value.
    private let constants: [HTTPField]

    private init(declaration: RouteDeclaration.Answer, encode: @escaping @Sendable (Body) -> [UInt8]) {
        self.declaration = declaration
        self.encode = encode
        constants = declaration.headers.compactMap { header in
            header.value.map { HTTPField(name: header.name, value: $0) }
        }
    }

    /// The declared fields that have one value.
    public var constantFields: HTTPFields { HTTPFields(constants) }

    /// The bytes of the response, to make a tag of.
    public func encoded(_ body: Body) -> [UInt8] { encode(body) }

    /// The response, with the declared fields that have one value, and those of `headers`.
    public func response(_ body: Body, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        if let content = declaration.contents.first { headers[.contentType] = content.mediaType }
        for field in constants { headers[field.name] = field.value }
        let bytes = encode(body)
        guard !bytes.isEmpty else { return Response(status: declaration.status, headers: headers) }
        return Response(
            status: declaration.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Answer {
    /// An answer in JSON.
    public static func json(
        _ status: HTTPResponse.Status, _ summary: String, _ output: Output<Body>, headers: [AnswerHeader] = []
    ) -> Self {
        let content = AnswerContent("application/json", output.shape)
        return Answer(declaration: .init(status, summary, contents: [content], headers: headers)) { body in
            output.write(body).encoded()
        }
    }
}

extension Answer where Body == Void {
    /// An answer without a body.
    public static func empty(
        _ status: HTTPResponse.Status, _ summary: String, headers: [AnswerHeader] = []
    ) -> Self {
        Answer(declaration: .init(status, summary, headers: headers)) { _ in [] }
    }

    /// The response, with the declared fields that have one value, and those of `headers`.
    public func response(headers: HTTPFields = [:]) -> Response { response((), headers: headers) }
}

extension Answer where Body == String {
    /// A page.
    public static func page(
        _ status: HTTPResponse.Status, _ summary: String, headers: [AnswerHeader] = []
    ) -> Self {
        let content = AnswerContent("text/html; charset=utf-8", nil)
        return Answer(declaration: .init(status, summary, contents: [content], headers: headers)) { Array($0.utf8) }
    }
}

extension Answer where Body == [UInt8] {
    /// An answer whose bytes somebody else writes, in the shape that is stated here.
    public static func document(
        _ status: HTTPResponse.Status, _ summary: String, _ mediaType: String, _ shape: OutputShape,
        headers: [AnswerHeader] = []
    ) -> Self {
        let content = AnswerContent(mediaType, shape)
        return Answer(declaration: .init(status, summary, contents: [content], headers: headers)) { $0 }
    }
}

/// A body that an answer can have.
public struct AnswerContent: Hashable, Sendable {
    /// Its type, as the header field says it.
    public let mediaType: String
    /// What its JSON holds; nil where it is none.
    public let shape: OutputShape?
    /// The type without its parameters.
    public var type: String { String(mediaType.prefix { $0 != ";" }) }

    /// States both.
    public init(_ mediaType: String, _ shape: OutputShape?) {
        self.mediaType = mediaType
        self.shape = shape
    }
}

/// A header field that comes with an answer each time.
public struct AnswerHeader: Hashable, Sendable {
    /// Its name.
    public let name: HTTPField.Name
    /// What it says, as a sentence.
    public let summary: String
    /// Its value, where it is the same each time; the answer sets it then.
    public let value: String?

    /// A field that always has this value.
    public static func constant(_ name: HTTPField.Name, _ value: String, _ summary: String) -> Self {
        Self(name: name, summary: summary, value: value)
    }

    /// A field whose value the endpoint sets.
    public static func varying(_ name: HTTPField.Name, _ summary: String) -> Self {
        Self(name: name, summary: summary, value: nil)
    }

    /// `Cache-Control: no-store`.
    public static let noStore = constant(.cacheControl, "no-store", "No cache keeps this answer.")

    /// `Cache-Control: public` for so many seconds.
    public static func publicFor(seconds: Int) -> Self {
        constant(.cacheControl, "public, max-age=\(seconds)", "Any cache may keep this answer for \(seconds) seconds.")
    }
}

import GatewayKit
public import HTTPTypes
public import NIOCore

/// A request as the express lane reads it: in one piece, without a body, and of a shape that nobody can read otherwise.
///
/// It is recognised by its first byte to its last or not at all: a request line of HTTP/1.1 with a path, field lines of
/// `name: value` in printable ASCII, and a blank line that ends the bytes. Whatever is unusual, such as a field that
/// stands twice and counts, is nobody's mistake here: the ordinary path decides about it.
public struct ExpressRequest {
    /// The fields that count.
    public enum Field: Int, CaseIterable, Sendable {
        case host, authorization, requestID, forwardedFor, originalURL, originalMethod, forwardedMethod
        case forwardedProto, forwardedHost, forwardedURI, origin, cookie

        /// The field's name.
        public var name: HTTPField.Name { Self.names[rawValue] }

        private static let names = [
            "Host", "Authorization", "X-Request-ID", "X-Forwarded-For", "X-Original-URL", "X-Original-Method",
            "X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri", "Origin", "Cookie",
        ].map { HTTPField.Name(constant: $0) }
    }

    /// All of it.
    public let bytes: ByteBuffer
    let method: ExpressMethod
    let target: Range<Int>
    /// By field, where its value begins and ends; a beginning of 0 is none. In registers, for each request has one.
    private let starts: SIMD16<UInt16>
    private let ends: SIMD16<UInt16>

    /// Where a field's value lies in the readable bytes; nil where there is none.
    public func value(_ field: Field) -> Range<Int>? {
        let start = Int(starts[field.rawValue])
        return start == 0 ? nil : start..<Int(ends[field.rawValue])
    }

    /// A field's value as a text.
    public func text(_ field: Field) -> String? { value(field).map(text) }

    func text(_ range: Range<Int>) -> String {
        bytes.getString(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ""
    }

    /// Recognises a request; nil for all that is not of this shape to the letter.
    init?(_ bytes: ByteBuffer) {
        let span = bytes.readableBytesUInt8Span
        guard span.count <= Self.greatest, let line = RequestLine(span) else { return nil }
        (method, target) = (line.method, line.target)
        var starts = SIMD16<UInt16>()
        var ends = SIMD16<UInt16>()
        var start = line.end
        var count = 0
        while true {
            guard start + 1 < span.count else { return nil }
            if span[start] == Self.carriageReturn {
                guard span[start + 1] == Self.lineFeed, start + 2 == span.count else { return nil }
                break
            }
            guard count < 64, let field = FieldLine(span, from: start) else { return nil }
            count += 1
            switch ExpressFieldNames.meaning(of: span, field.name) {
            case .nothing: break
            case .unusual: return nil
            case .keepAlive:
                guard ExpressFieldNames.isKeepAlive(span, field.value) else { return nil }
            case .counts(let name):
                guard starts[name.rawValue] == 0 else { return nil }
                starts[name.rawValue] = UInt16(field.value.lowerBound)
                ends[name.rawValue] = UInt16(field.value.upperBound)
            }
            start = field.end
        }
        (self.starts, self.ends, self.bytes) = (starts, ends, bytes)
        guard let host = value(.host), !host.isEmpty else { return nil }
        for index in host where !Admission.isAllowedInHost(span[index]) { return nil }
    }

    /// Longer ones are rare, and go the ordinary way.
    private static let greatest = 8192
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")
}

/// `GET /path HTTP/1.1` and the end of its line.
private struct RequestLine {
    let method: ExpressMethod
    let target: Range<Int>
    let end: Int

    init?(_ span: Span<UInt8>) {
        var index = 0
        while index < span.count, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(span[index]) { index += 1 }
        guard index < span.count, span[index] == UInt8(ascii: " "),
            let method = ExpressMethod(span.extracting(0..<index))
        else { return nil }
        self.method = method
        let start = index + 1
        index = start
        while index < span.count, span[index] > 0x20, span[index] < 0x7f, span[index] != UInt8(ascii: "#") {
            index += 1
        }
        guard index > start, index < span.count, span[start] == UInt8(ascii: "/"), span[index] == UInt8(ascii: " "),
            index + Self.version.count < span.count
        else { return nil }
        target = start..<index
        guard span.matches(Self.version, at: index + 1) else { return nil }
        end = index + 1 + Self.version.count
    }

    private static let version = Array("HTTP/1.1\r\n".utf8)
}

/// `name: value` and the end of its line.
private struct FieldLine {
    let name: Range<Int>
    let value: Range<Int>
    let end: Int

    init?(_ span: Span<UInt8>, from start: Int) {
        var index = start
        while index < span.count, ExpressFieldNames.isOfToken(span[index]) { index += 1 }
        guard index > start, index + 1 < span.count, span[index] == UInt8(ascii: ":"),
            span[index + 1] == UInt8(ascii: " ")
        else { return nil }
        name = start..<index
        let first = index + 2
        index = first
        while index < span.count, span[index] >= 0x20, span[index] < 0x7f { index += 1 }
        guard index + 1 < span.count, span[index] == ExpressRequest.carriageReturn,
            span[index + 1] == ExpressRequest.lineFeed
        else { return nil }
        // Space at the ends is no part of a value, and nobody but a person writes it.
        guard index == first || (span[first] != 0x20 && span[index - 1] != 0x20) else { return nil }
        value = first..<index
        end = index + 2
    }
}

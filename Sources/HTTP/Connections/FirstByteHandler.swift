import NIOCore

/// Has the express lane answer what it can, and tells a connection's handler of bytes before the decoder holds them
/// back: a header's time begins with its first.
///
/// The decoder does not say what it holds back. So a read that ends a request and begins the next is cut between them,
/// and each piece is told of and decoded by itself.
final class FirstByteHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the bytes that come next belong to.
    enum Message {
        /// None yet.
        case nothing
        /// A header section.
        case header
        /// A body of which so many bytes are to come.
        case body(Int)
        /// A body whose end is not known before it is there.
        case chunks
        /// None: they are dropped.
        case dropped
    }

    private let connection: ConnectionHandler
    private let express: ExpressPass?
    /// Whether something was answered here in this turn of the event loop, and something passed on.
    private var (hasAnswered, hasPassedOn) = (false, false)
    /// Whether nothing stands yet on the line of a header section that is being read.
    private var isLineEmpty = true

    init(_ connection: ConnectionHandler, express: ExpressPass? = nil) {
        self.connection = connection
        self.express = express
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        // One who reads no answers waits for the ordinary path, which waits for them.
        if let express, connection.isIdle, context.channel.isWritable,
            let answer = express.answer(to: bytes)
        {
            connection.answeredAtOnce(at: context.eventLoop.now)
            hasAnswered = true
            return context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
        hasPassedOn = true
        while let piece = nextPiece(of: &bytes) {
            connection.received(piece, at: context.eventLoop.now)
            context.fireChannelRead(wrapInboundOut(piece))
        }
    }

    /// Those behind hear of the end of a turn of which they have seen something.
    func channelReadComplete(context: ChannelHandlerContext) {
        if hasPassedOn || !hasAnswered { context.fireChannelReadComplete() }
        (hasAnswered, hasPassedOn) = (false, false)
    }

    private func nextPiece(of bytes: inout ByteBuffer) -> ByteBuffer? {
        let expected = connection.expected
        // Empty lines before a request are nothing (RFC 9112, section 2.2): they begin no header, and the silence that
        // they come in lasts on, so that its end bounds them.
        if case .nothing = expected { bytes.moveReaderIndex(forwardBy: Self.emptyLines(in: bytes)) }
        let view = bytes.readableBytesView
        guard !view.isEmpty else { return nil }
        let length =
            switch expected {
            case .nothing, .header: bytes.withUnsafeReadableBytes { endOfHeader(in: $0) }
            case .body(let rest): min(rest, view.count)
            // One cut a read, for a body may be nothing but empty lines; no message ends behind the last of them.
            case .chunks: Self.endOfLastEmptyLine(in: view)
            case .dropped: view.count
            }
        // Most reads are one piece.
        guard let length, length < view.count else {
            defer { bytes.moveReaderIndex(to: bytes.writerIndex) }
            return bytes
        }
        return bytes.readSlice(length: length)
    }

    private func endOfHeader(in bytes: UnsafeRawBufferPointer) -> Int? {
        var isEmpty = isLineEmpty
        for index in bytes.indices {
            switch bytes[index] {
            case Self.lineFeed where isEmpty:
                isLineEmpty = true
                return index + 1
            case Self.lineFeed: isEmpty = true
            case Self.carriageReturn: continue
            default: isEmpty = false
            }
        }
        isLineEmpty = isEmpty
        return nil
    }

    private static func endOfLastEmptyLine(in view: ByteBufferView) -> Int? {
        var rest = view
        while let end = rest.lastIndex(of: lineFeed) {
            let line = rest[..<end].last == carriageReturn ? end - 1 : end
            // What stands before this read is not known, and a cut too many does no harm.
            if line == view.startIndex || view[line - 1] == lineFeed { return end + 1 - view.startIndex }
            rest = rest[..<end]
        }
        return nil
    }

    private static func emptyLines(in bytes: ByteBuffer) -> Int {
        bytes.readableBytesView.prefix { $0 == carriageReturn || $0 == lineFeed }.count
    }

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")
}

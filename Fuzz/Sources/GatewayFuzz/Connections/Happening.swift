import NIOCore

/// What happens at a connection. In a script, bytes that no UTF-8 text has stand for everything but the client's own
/// bytes, so that seeds can be read and a mutation of them is a likely story.
enum Happening {
    /// The client sends this, and it arrives at once.
    case bytes([UInt8])
    /// The oldest request without an answer is answered, or the answer that has begun ends.
    case answer
    /// The head of its answer is written, and not yet the rest.
    case beginAnswer
    /// Time passes.
    case time(TimeAmount)
    /// The client sends no more.
    case inputClosed
    /// The listener stops.
    case drain

    /// Reads a script.
    static func read(_ script: [UInt8]) -> [Happening] {
        var happenings: [Happening] = []
        var piece: [UInt8] = []
        func endPiece() {
            if !piece.isEmpty { happenings.append(.bytes(piece)) }
            piece = []
        }
        for byte in script {
            let happening: Happening?
            switch byte {
            case 0xf8: happening = nil
            case 0xf9: happening = .answer
            case 0xfa: happening = .beginAnswer
            case 0xfb: happening = .time(.seconds(1))
            case 0xfc: happening = .time(.seconds(30))
            case 0xfd: happening = .inputClosed
            case 0xfe: happening = .drain
            default:
                piece.append(byte)
                continue
            }
            endPiece()
            if let happening { happenings.append(happening) }
        }
        endPiece()
        return happenings
    }
}

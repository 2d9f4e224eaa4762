import NIOCore

/// A connection's way into the express lane of whatever door it leads to now. What an answer needs and no other
/// connection may see stands here, so that two event loops never wait for each other's memory.
final class ExpressPass {
    private let current: CurrentDoor
    private let peer: Peer
    /// The lane that leads through the door of so many changes, and whether it believes the peer.
    private var lane: ExpressLane?
    private var isTrusted = false
    private var changeCount = -1
    private var desk = ExpressDesk()

    init(_ current: CurrentDoor, _ peer: Peer) {
        self.current = current
        self.peer = peer
    }

    /// The answer to bytes with nothing before them unanswered; nil where the ordinary path must look at them.
    func answer(to bytes: ByteBuffer) -> ByteBuffer? {
        // Counted first: a door that comes meanwhile is found the next time.
        let count = current.changeCount
        if count != changeCount {
            (lane, changeCount) = (current.door.express, count)
            isTrusted = lane?.trusts(peer) ?? false
        }
        return lane?.answer(to: bytes, from: peer, isTrusted: isTrusted, at: &desk)
    }
}

/// What a connection keeps from one answer of the express lane to the next.
struct ExpressDesk {
    /// Room for an answer, which is free again once it is sent.
    var answer = ByteBuffer()
    /// The numbers of the next requests.
    var numbers: Range<UInt64> = 0..<0
    /// The line of the date, for one second.
    var date = (second: Int64.min, line: [UInt8]())
}

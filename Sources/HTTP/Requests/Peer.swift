public import GatewayKit
import NIOCore

/// Who is at the other end of a connection.
public enum Peer: Hashable, Sendable, CustomStringConvertible {
    /// Somebody at this address.
    case address(IPAddress)
    /// A process of this machine, over a unix socket.
    case unixSocket
    /// Nobody knows: a connection that is already gone, or a test without one.
    case unknown

    /// The address, or a word.
    public var description: String {
        switch self {
        case .address(let address): address.description
        case .unixSocket: "unix"
        case .unknown: "unknown"
        }
    }

    /// The other end of that connection.
    init(of channel: any Channel) {
        if case .unixDomainSocket = channel.localAddress {
            self = .unixSocket
        } else if let address = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) }) {
            self = .address(address)
        } else {
            self = .unknown
        }
    }
}

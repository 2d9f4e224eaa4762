import Foundation

/// A file's access list (acl(5)), as far as it says who but the owner is let in.
///
/// Where a file has one, the group's bits of its mode are the most that anybody on the list is let do, and nothing
/// about the group. systemd shows a service its credentials so: files of root's that nobody but the service's user is
/// let read, whose mode is 0440.
struct AccessList {
    private enum Tag {
        static let user: UInt16 = 0x02
        static let owningGroup: UInt16 = 0x04
        static let group: UInt16 = 0x08
        static let mask: UInt16 = 0x10
    }

    private struct Entry {
        let tag: UInt16
        let rights: UInt16
        let id: UInt32
    }

    private let entries: [Entry]

    /// The list among a file's attributes; nil where it has none, or none that can be read.
    init?(in attributes: [FileAttributeKey: Any]) {
        let extended = attributes[FileAttributeKey(rawValue: "NSFileExtendedAttributes")] as? [String: Data]
        // The kernel's form: a version, then entries of a tag, rights and an id, all little-endian.
        guard let bytes = extended?["system.posix_acl_access"].map({ [UInt8]($0) }), bytes.count > 4,
            (bytes.count - 4).isMultiple(of: 8), Self.number(bytes[0..<4]) == 2
        else { return nil }
        entries = stride(from: 4, to: bytes.count, by: 8).map { start in
            Entry(
                tag: UInt16(Self.number(bytes[start..<start + 2])),
                rights: UInt16(Self.number(bytes[start + 2..<start + 4])),
                id: Self.number(bytes[start + 4..<start + 8]))
        }
    }

    /// Whether a group, or a user beside the owner and this one, is let do anything.
    func letsInOthers(than user: uid_t) -> Bool {
        let most = entries.first { $0.tag == Tag.mask }?.rights ?? 7
        return entries.contains { entry in
            guard entry.rights & most != 0 else { return false }
            return entry.tag == Tag.owningGroup || entry.tag == Tag.group || entry.tag == Tag.user && entry.id != user
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

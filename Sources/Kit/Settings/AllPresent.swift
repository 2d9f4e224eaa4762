/// Makes a whole out of its parts, or nothing when one of them could not be read: for readers over parameter packs,
/// which note a problem for a part and go on.
package func allPresent<each Part, Whole>(
    _ parts: repeat (each Part)?, make: (repeat each Part) -> Whole
) -> Whole? {
    do throws(MissingPart) {
        return make(repeat try present(each parts))
    } catch {
        return nil
    }
}

private func present<Part>(_ part: Part?) throws(MissingPart) -> Part {
    guard let part else { throw MissingPart() }
    return part
}

/// Ends the walk over the parts.
private struct MissingPart: Error {}

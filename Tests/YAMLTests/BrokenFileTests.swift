import GatewayKit
import GatewayTestKit
import GatewayYAML
import Testing

@Suite struct BrokenFileTests {
    @Test(arguments: try BrokenFile.all(in: folder))
    func `a broken file is met by the problems that it announces`(_ file: BrokenFile) {
        file.verify(
            with: YAMLReader(inputs: SampleSettings.inputs), settings: SampleSettings.settings,
            registry: SampleSettings.registry)
    }

    private static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/BrokenFiles"
}

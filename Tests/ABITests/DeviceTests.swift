import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Devices by name. What a plug-in does on them is tested with the plug-in.
@Suite struct DeviceTests {
  @Test(arguments: ["cpu", "auto"])
  func whatNeedsNoPluginAlwaysWorks(device: String) throws {
    try call { fkm_device_check(device, $0) }
    let clustered = TestRows.clustered(rows: 40, width: 8, classes: 2, density: 1, seed: 4)
    let rows = CallerRows(try TestRows.features(clustered.rows, isSparse: false))
    let classifier = try CallerClassifier("{\"device\": \"\(device)\"}")
    try classifier.fit(rows, CallerLabels(clustered.classes))
    let model = try classifier.model()
    let options = try Owned(fkm_buffer_free) { fkm_model_options(model.handle, $0, $1) }
    let bytes = UnsafeRawBufferPointer(
      start: fkm_buffer_data(options.handle), count: Int(fkm_buffer_size(options.handle)))
    #expect(String(decoding: bytes, as: UTF8.self).contains("\"device\":\"\(device)\""))
    let placed = CallerModel(try Owned(fkm_model_free) { fkm_model_on_device(model.handle, "cpu", $0, $1) })
    #expect(try placed.predict(rows) == model.predict(rows))
    // A file knows no device.
    #expect(try placed.bytes() == model.bytes())
  }

  @Test(arguments: ["tpu", "cuda:", "cuda:-1", "CPU", ""])
  func whatIsNoDeviceIsAnOptionThatIsNotAllowed(name: String) throws {
    let found = try refusal { fkm_device_check(name, $0) }
    #expect(found.status == FKM_INVALID_OPTION && found.parameter == "device", "\(found)")
    var target: OpaquePointer?
    let other = try refusal { fkm_classifier_new("{\"device\": \"\(name)\"}", -1, nil, nil, &target, $0) }
    #expect(other.status == FKM_INVALID_OPTION && other.parameter == "device", "\(other)")
  }

  /// No machine has this many.
  @Test(arguments: ["cuda:127", "cuda:126"])
  func aDeviceThatIsNotThereIsRefusedAtOnce(name: String) throws {
    var target: OpaquePointer?
    let text = "{\"device\": \"\(name)\"}"
    let classifier = try CallerClassifier()
    let refusals: [(UnsafeMutablePointer<fkm_error>) -> Int32] = [
      { fkm_device_check(name, $0) },
      { fkm_classifier_new(text, -1, nil, nil, &target, $0) },
      { fkm_classifier_set_options(classifier.handle, text, -1, $0) },
    ]
    for body in refusals {
      let found = try refusal(#_sourceLocation, body)
      #expect(found.status == FKM_DEVICE && !found.kind.isEmpty, "\(found)")
      #expect(found.message.contains("cpu"), "\(found)")
    }
    #expect(target == nil)
  }
}

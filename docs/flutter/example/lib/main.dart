// SPDX-License-Identifier: MIT
import 'package:flutter/material.dart';
import 'package:jetson_relay/jetson_relay.dart';

/// flutter run --dart-define=RELAY=ws://192.168.1.10:8080/ws --dart-define=CAMERA=front
const String _relay = String.fromEnvironment('RELAY', defaultValue: 'ws://10.0.2.2:8080/ws');
const String _camera = String.fromEnvironment('CAMERA');
const String _token = String.fromEnvironment('TOKEN');

void main() => runApp(const MaterialApp(home: CameraPage()));

class CameraPage extends StatefulWidget {
  const CameraPage({super.key});

  @override
  State<CameraPage> createState() => _CameraPageState();
}

class _CameraPageState extends State<CameraPage> {
  late final JetsonRelayClient _client = JetsonRelayClient(
    Uri.parse(_relay),
    token: _token,
    cameras: _camera.isEmpty ? null : <String>{_camera},
  );

  @override
  void initState() {
    super.initState();
    _client.start();
  }

  @override
  void dispose() {
    _client.dispose();
    super.dispose();
  }

  @override
  Widget build(BuildContext context) {
    return Scaffold(
      backgroundColor: Colors.black,
      body: Stack(
        fit: StackFit.expand,
        children: <Widget>[
          JetsonVideoView(client: _client, camera: _camera.isEmpty ? null : _camera),
          SafeArea(
            child: ValueListenableBuilder<RelayState>(
              valueListenable: _client.state,
              builder: (BuildContext context, RelayState state, Widget? _) => state == RelayState.live
                  ? const SizedBox.shrink()
                  : Center(child: Chip(label: Text(state.name))),
            ),
          ),
        ],
      ),
    );
  }
}

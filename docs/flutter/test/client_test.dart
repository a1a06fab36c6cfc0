// SPDX-License-Identifier: MIT
import 'dart:async';
import 'dart:convert';
import 'dart:typed_data';

import 'package:fake_async/fake_async.dart';
import 'package:flutter/widgets.dart';
import 'package:flutter_test/flutter_test.dart';
import 'package:jetson_relay/jetson_relay.dart';
import 'package:stream_channel/stream_channel.dart';
import 'package:web_socket_channel/web_socket_channel.dart';

/// The relay's end of one connection.
class FakeChannel with StreamChannelMixin<dynamic> implements WebSocketChannel {
  final StreamController<Object?> incoming = StreamController<Object?>(sync: true);
  final List<Map<String, Object?>> sent = <Map<String, Object?>>[];
  late final FakeSink _sink = FakeSink(this);
  bool closedByClient = false;

  @override
  int? closeCode;

  @override
  String? get closeReason => null;

  @override
  String? get protocol => null;

  @override
  Future<void> get ready => Future<void>.value();

  @override
  Stream<Object?> get stream => incoming.stream;

  @override
  WebSocketSink get sink => _sink;

  void say(Map<String, Object?> message) => incoming.add(jsonEncode(message));

  void register() {
    say(<String, Object?>{'type': 'welcome'});
    say(<String, Object?>{'type': 'registration_success'});
  }

  void close(int code) {
    closeCode = code;
    unawaited(incoming.close());
  }
}

class FakeSink implements WebSocketSink {
  FakeSink(this.channel);

  final FakeChannel channel;

  @override
  void add(Object? message) => channel.sent.add(jsonDecode(message! as String) as Map<String, Object?>);

  @override
  void addError(Object error, [StackTrace? stackTrace]) {}

  @override
  Future<void> addStream(Stream<Object?> stream) => stream.forEach(add);

  @override
  Future<void> close([int? closeCode, String? closeReason]) async => channel.closedByClient = true;

  @override
  Future<void> get done => Future<void>.value();
}

void main() {
  TestWidgetsFlutterBinding.ensureInitialized();

  late List<FakeChannel> channels;
  late List<bool> stale;

  void run(void Function(FakeAsync time, JetsonRelayClient client) body, {Set<String>? cameras}) {
    channels = <FakeChannel>[];
    stale = <bool>[];
    fakeAsync((FakeAsync time) {
      final JetsonRelayClient client = JetsonRelayClient(
        Uri.parse('ws://relay/ws'),
        token: 'see',
        cameras: cameras,
        onStale: stale.add,
        clock: () => time.elapsed,
        connect: (Uri _) {
          channels.add(FakeChannel());
          return channels.last;
        },
      );
      client.start();
      body(time, client);
      client.dispose();
      time.flushMicrotasks();
    });
  }

  test('registers, asks for its cameras and gives their frames', () {
    run(cameras: <String>{'front'}, (FakeAsync time, JetsonRelayClient client) {
      final List<Frame> frames = <Frame>[];
      client.frames.listen(frames.add);
      channels.single.register();
      expect(channels.single.sent[0]['token'], 'see');
      expect(channels.single.sent[1], <String, Object?>{
        'type': 'request_stream',
        'cameras': <String>['front'],
      });
      channels.single.say(<String, Object?>{'type': 'image_frame', 'camera': 'front', 'sequence': 7});
      channels.single.incoming.add(Uint8List.fromList(<int>[0xff, 0xd8]));
      expect(frames.single.sequence, 7);
      expect(frames.single.jpeg, <int>[0xff, 0xd8]);
      expect(client.state.value, RelayState.live);
    });
  });

  test('tells once that the picture is stale, and once that it moves', () {
    run((FakeAsync time, JetsonRelayClient client) {
      channels.single.register();
      time.elapse(const Duration(seconds: 3));
      expect(client.state.value, RelayState.stale);
      channels.single.say(<String, Object?>{'type': 'image_frame'});
      channels.single.incoming.add(Uint8List(4));
      expect(stale, <bool>[true, false]);
    });
  });

  test('comes back after a loss, later each time', () {
    run((FakeAsync time, JetsonRelayClient client) {
      channels.last.close(1006);
      time.flushMicrotasks();
      expect(client.state.value, RelayState.reconnecting);
      time.elapse(const Duration(seconds: 6));
      expect(channels.length, greaterThanOrEqualTo(2));
    });
  });

  test('does not come back by itself when it was denied', () {
    run((FakeAsync time, JetsonRelayClient client) {
      channels.last.close(4401);
      time.elapse(const Duration(minutes: 1));
      expect(client.state.value, RelayState.denied);
      expect(channels, hasLength(1));
      client.authorize('other');
      expect(channels, hasLength(2));
    });
  });

  test('gives up a connection that says nothing', () {
    run((FakeAsync time, JetsonRelayClient client) {
      channels.single.register();
      time.elapse(const Duration(seconds: 20));
      expect(channels.first.closedByClient, isTrue);
      expect(channels.first.sent.map((Map<String, Object?> m) => m['type']), contains('ping'));
      expect(channels.length, greaterThanOrEqualTo(2));
    });
  });

  test('lets go in the background and connects at once on return', () {
    run((FakeAsync time, JetsonRelayClient client) {
      client.didChangeAppLifecycleState(AppLifecycleState.inactive);
      expect(channels.single.closedByClient, isFalse);
      client.didChangeAppLifecycleState(AppLifecycleState.paused);
      expect(channels.single.closedByClient, isTrue);
      time.elapse(const Duration(minutes: 10));
      expect(channels, hasLength(1));
      client.didChangeAppLifecycleState(AppLifecycleState.resumed);
      expect(channels, hasLength(2));
    });
  });

  test('waits longer after each failure, within limits', () {
    expect(backoffDelay(0, 0), const Duration(milliseconds: 125));
    expect(backoffDelay(0, 1), const Duration(milliseconds: 250));
    expect(backoffDelay(3, 1), const Duration(seconds: 2));
    expect(backoffDelay(1000, 1), const Duration(seconds: 5));
  });
}

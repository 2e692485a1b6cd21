using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Connections;

/// <summary>
/// One connection that any number of callers share. Commands that come while others are written go with the next write, and answers are matched to commands by their order alone: the queue keeps a place for every command
/// that was sent, whoever still waits for it. Any doubt about that order (bytes that are no RESP3, an answer nobody asked for) ends the connection.
/// </summary>
internal sealed class RedisConnection : IThreadPoolWorkItem, IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly TimeSpan _look;
    private readonly long _stalledAfter;
    private readonly long _regular;
    private readonly long _young;
    private readonly Action<RespValue.Sequence>? _pushed;
    private readonly RespReader _reader;
    private readonly CommandQueue _commands;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<Ending> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private Task _reading = Task.CompletedTask;
    private bool _writing;
    private long _nextLook = long.MaxValue;
    private long _lastLook;
    private long _quiet;
    private long _heard;
    private long _heardBefore;
    private long _began;
    private bool _over;

    /// <param name="stream">Connected; it is closed with the connection.</param>
    /// <param name="limits">What it holds.</param>
    /// <param name="answers">What a server may answer.</param>
    /// <param name="look">How often it is looked whose time is up, unless somebody's is up sooner.</param>
    /// <param name="pushed">Told what comes out of band, one after the other, by the flow that reads: it must not wait.</param>
    public RedisConnection(Stream stream, ConnectionLimits limits, RespLimits answers, TimeSpan look, TimeProvider time, Action<RespValue.Sequence>? pushed = null)
    {
        (_stream, _time, _look, _pushed) = (stream, time, look, pushed);
        _reader = new RespReader(answers);
        _commands = new CommandQueue(limits);
        _stalledAfter = time.Units(limits.StalledAfter);
        _regular = time.Units(look * 2);
        _young = time.Units(TimeSpan.FromSeconds(1));
        _heard = _began = time.GetTimestamp();
        _timer = time.CreateTimer(static c => ((RedisConnection)c!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How it ended, once it has.</summary>
    public Task<Ending> Closed => _closed.Task;

    /// <summary>When anything came last, of the clock's timestamps; before that, when it began.</summary>
    public long LastHeard => Interlocked.Read(ref _heard);

    public void Start() => _reading = ReadAsync();

    /// <returns>False when the connection is over: the command was not sent by it.</returns>
    public bool TrySend(PendingCommand pending)
    {
        var room = true;
        lock (_gate)
        {
            if (_over)
                return false;
            room = _commands.TryAdd(pending);
            if (room && !_commands.IsEmpty)
                LookBy(pending.Deadline);
            Write();
        }
        if (!room)
            pending.Fail("as many commands wait as may");
        return true;
    }

    /// <summary>Ends it; what was not answered is in <see cref="Closed"/>.</summary>
    public void Close(string reason, Exception? fault = null) => Close(reason, fault, stalled: false);

    private void Close(string reason, Exception? fault, bool stalled)
    {
        List<PendingCommand> left;
        lock (_gate)
        {
            if (_over)
                return;
            _over = true;
            left = _commands.TakeAll();
        }
        _timer.Dispose();
        _stream.Dispose();
        _closed.TrySetResult(new Ending(reason, fault, left, stalled));
    }

    /// <summary>Writes until nothing is left; one at a time, started by whoever finds nobody at it.</summary>
    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    public async ValueTask DisposeAsync()
    {
        Close("the client was closed");
        await _reading;
    }

    private void Write()
    {
        if (_writing || _commands.Outgoing.Length == 0)
            return;
        _writing = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes;
                lock (_gate)
                {
                    if (_over || _commands.Outgoing.Length == 0)
                    {
                        _writing = false;
                        return;
                    }
                    bytes = _commands.Outgoing.HandOver();
                    // There is room again for commands that waited because of their bytes.
                    _commands.Advance();
                }
                await _stream.WriteAsync(bytes);
            }
        }
        catch (Exception e)
        {
            Close("the connection could not be written to", e);
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var answers = new List<RespValue>();
        var asked = new List<PendingCommand>();
        try
        {
            while (true)
            {
                var read = await _stream.ReadAsync(buffer);
                if (read == 0)
                {
                    Close("the server closed the connection");
                    return;
                }
                // The end is nothing heard: after a silence it comes from this side, which gave the connection up.
                Interlocked.Exchange(ref _heard, _time.GetTimestamp());
                for (var at = 0; at < read;)
                {
                    at += _reader.Read(buffer.AsSpan(at, read - at), out var value);
                    if (value is not null)
                        answers.Add(value);
                }
                if (answers.Count > 0)
                    Deliver(answers, asked);
            }
        }
        catch (RespException e)
        {
            Close("the server sent what is no RESP3", e);
        }
        catch (Exception e)
        {
            Close("the connection was lost", e);
        }
    }

    /// <summary>Looks up under the lock who asked, and tells them outside of it.</summary>
    private void Deliver(List<RespValue> answers, List<PendingCommand> asked)
    {
        var (unasked, replica) = (false, false);
        lock (_gate)
        {
            if (_over)
                return;
            for (var i = 0; i < answers.Count && !unasked; i++)
            {
                if (IsPush(answers[i]))
                {
                    _commands.Pushed((RespValue.Sequence)answers[i]);
                    continue;
                }
                replica |= answers[i] is RespValue.Error { Code: "READONLY" };
                if (_commands.Answered(answers[i]) is { } pending)
                    asked.Add(pending);
                else
                    unasked = true;
            }
            _commands.Advance();
            Write();
        }
        RedisMeter.Answered(asked.Count);
        var next = 0;
        foreach (var answer in answers)
        {
            if (IsPush(answer))
                _pushed?.Invoke((RespValue.Sequence)answer);
            else if (next == asked.Count)
                throw new RespException("an answer to nothing");
            else if (asked[next++] is var pending && !(pending.EndsSubscribe && ReferenceEquals(pending.RefusedBefore, answer)))
                pending.Answer(answer);
        }
        answers.Clear();
        asked.Clear();
        // After a failover the name leads to another server, which only a new connection finds; where it leads here again, once a second is enough.
        if (replica && _time.GetTimestamp() - _began >= _young)
            Close("the server has become a replica, which takes no writes");
    }

    private static bool IsPush(RespValue answer) => answer is RespValue.Sequence { Kind: SequenceKind.Push };

    /// <summary>Under the lock: the next look is no later than that, and no later than is usual.</summary>
    private void LookBy(long moment)
    {
        if (moment >= _nextLook)
            return;
        if (_nextLook == long.MaxValue)
        {
            (_lastLook, _quiet) = (_time.GetTimestamp(), 0);
            moment = Math.Min(moment, _lastLook + (_regular / 2));
        }
        _nextLook = moment;
        _timer.Change(_time.Until(moment), Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Tells those whose time is up, and gives the connection up when the first of them has waited far longer and nothing came. Of a pause in which nobody looked (a process that was stopped, a pool without threads) no more
    /// counts as silence than lies between two looks: what came meanwhile has not been read yet.
    /// </summary>
    private void Look()
    {
        var late = new List<PendingCommand>();
        var stalled = false;
        lock (_gate)
        {
            if (_over)
                return;
            var now = _time.GetTimestamp();
            _commands.CollectLate(now, late);
            var heard = Interlocked.Read(ref _heard);
            _quiet = heard == _heardBefore ? _quiet + Math.Min(now - _lastLook, _regular) : 0;
            (_heardBefore, _lastLook) = (heard, now);
            stalled = _commands.First is { } first && now - first.Deadline > _stalledAfter && _quiet > _stalledAfter;
            _nextLook = long.MaxValue;
            if (!_commands.IsEmpty)
            {
                _nextLook = Math.Min(_commands.NextDeadline(now) ?? long.MaxValue, now + (_regular / 2));
                _timer.Change(_time.Until(_nextLook), Timeout.InfiniteTimeSpan);
            }
        }
        foreach (var pending in late)
            pending.TimeOut();
        if (stalled)
            Close("the server has not answered for too long", fault: null, stalled: true);
    }

    /// <param name="Reason">A sentence's end.</param>
    /// <param name="Fault">What lies behind it.</param>
    /// <param name="Left">Commands without an answer; whoever awaits <see cref="Closed"/> fails them or has them sent again.</param>
    /// <param name="Stalled">It was given up for its silence.</param>
    internal sealed record Ending(string Reason, Exception? Fault, IReadOnlyList<PendingCommand> Left, bool Stalled);
}

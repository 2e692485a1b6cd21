using Godwit.Redis.Commands;
using Godwit.Redis.Faults;
using Godwit.Redis.Protocol;

namespace Godwit.Redis.Connections;

/// <summary>
/// A command and whoever waits for its answer. It is completed once; whatever comes later, an answer or a fault, changes nothing. Its place in the queue of a connection stays taken until its own answer has come,
/// so that an answer that comes late is thrown away and never given to another.
/// </summary>
/// <param name="command">What is asked.</param>
/// <param name="deadline">Of the clock's timestamps.</param>
internal sealed class PendingCommand(RedisCommand command, long deadline) : TaskCompletionSource<RespValue>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private CancellationTokenRegistration _canceling;

    public RedisCommand Command { get; } = command;

    public long Deadline { get; } = deadline;

    /// <summary>Where its bytes begin among all that the connection was given.</summary>
    public long Offset { get; set; }

    /// <summary>Some of its bytes may have reached a server.</summary>
    public bool Sent { get; set; }

    /// <summary>It was sent a second time already.</summary>
    public bool SentAgain { get; set; }

    /// <summary>
    /// What was refused before it, when it is the PING after a SUBSCRIBE: that one has no answer when it succeeds and has one when it is refused.
    /// </summary>
    public RespValue.Error? RefusedBefore { get; set; }

    public bool EndsSubscribe { get; init; }

    /// <summary>The SUBSCRIBE before it was carried out, at least in part: an error that comes now is the PING's own.</summary>
    public bool ConfirmedBefore { get; set; }

    /// <summary>It is asked whether anybody is there: no is an answer.</summary>
    public bool TakesRefusal { get; init; }

    public bool IsCompleted => Task.IsCompleted;

    public bool IsLate(long now) => now >= Deadline;

    /// <summary>On another connection: when the first has not begun with it, or when twice is as good as once.</summary>
    public bool MayBeSentAgain(long now) => (!Sent || (Command.Repeatable && !SentAgain)) && !IsCompleted && !IsLate(now);

    public PendingCommand CanceledBy(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _canceling = cancellationToken.UnsafeRegister(static (pending, token) => ((PendingCommand)pending!).TrySetCanceled(token), this);
            if (IsCompleted)
                _canceling.Unregister();
        }
        return this;
    }

    public void Answer(RespValue answer)
    {
        _canceling.Unregister();
        if (answer is not RespValue.Error error || TakesRefusal)
            TrySetResult(answer);
        else if (error.Code is "MOVED" or "ASK")
            Fail(new RedisClusterException(Command.Name, Slot(error.Message)), RedisErrorKind.Moved);
        else
            Fail(new RedisRefusedException(Command.Name, error.Code, error.Message), RedisErrorKinds.OfRefusal(error.Code));
    }

    /// <summary>No answer will come: with what is known of where the command got to.</summary>
    public void Fail(string reason, Exception? inner = null)
    {
        _canceling.Unregister();
        RedisException fault = Sent
            ? new RedisUnknownOutcomeException($"{Command.Name} was sent and its answer was lost: {reason}", inner)
            : new RedisUnavailableException($"{Command.Name} was not sent: {reason}", inner);
        Fail(fault, Sent ? RedisErrorKind.Lost : RedisErrorKind.Unavailable);
    }

    public void TimeOut()
    {
        _canceling.Unregister();
        RedisException fault = Sent
            ? new RedisTimeoutException($"{Command.Name} was not answered in time")
            : new RedisUnavailableException($"{Command.Name} was not sent in time: there was no room on the connection, or none yet");
        Fail(fault, Sent ? RedisErrorKind.Timeout : RedisErrorKind.Unavailable);
    }

    private void Fail(RedisException fault, RedisErrorKind kind)
    {
        if (TrySetException(fault))
            RedisMeter.Failed(kind);
    }

    /// <summary><c>MOVED 3999 127.0.0.1:6381</c>.</summary>
    private static int Slot(string message) => message.Split(' ') is [_, var slot, ..] && int.TryParse(slot, out var number) ? number : -1;
}

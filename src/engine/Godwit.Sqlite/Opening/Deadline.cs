namespace Godwit.Sqlite.Opening;

/// <summary>A span of time that began with the object.</summary>
internal sealed class Deadline(TimeProvider time, TimeSpan span)
{
    private readonly long _start = time.GetTimestamp();

    public TimeSpan Left => span - time.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    public bool IsOver => Left == TimeSpan.Zero;

    /// <summary>Blocks for the span or until the deadline, whichever is sooner.</summary>
    public void Wait(TimeSpan pause)
    {
        if (IsOver) return;
        Task.Delay(pause < Left ? pause : Left, time).GetAwaiter().GetResult();
    }
}

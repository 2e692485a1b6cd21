namespace Godwit.Engine.Moves;

/// <summary>
/// How much of the time those who copy and verify rows work. The rest is for whoever else uses the machines of both sides: work comes in pieces shorter than what a scheduler lets
/// anybody have at a time, so that an application that asks for a processor meanwhile hardly waits for one.
/// </summary>
/// <param name="share">Above 0; at 1 nobody ever rests.</param>
/// <param name="time">What time it is.</param>
public sealed class MovePace(double share, TimeProvider time)
{
    /// <summary>Rows between two looks at the clock.</summary>
    internal const int RowsBetweenLooks = 16;

    /// <summary>A scheduler's own are about 3 ms.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(0.5);

    /// <summary>Shorter rests are put together: no clock wakes anybody as exactly.</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Time that went by in a wait for the other side is no work that anybody has to rest from.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(20);

    /// <param name="share">Of all jobs together, where they are held back at all.</param>
    /// <param name="jobs">How many there are.</param>
    /// <param name="time">What time it is.</param>
    public static MovePace Of(double share, int jobs, TimeProvider time) => share >= 1 ? Full : new MovePace(share / jobs, time);

    public static MovePace Full { get; } = new(1, TimeProvider.System);

    public bool IsFull => share >= 1;

    /// <summary>One who works at this pace, from now on; on one thread.</summary>
    public Worker Begin(CancellationToken cancellation) => new(this, cancellation);

    private TimeSpan RestAfter(TimeSpan worked) => (worked < s_longest ? worked : s_longest) * ((1 - share) / share);

    public sealed class Worker
    {
        private readonly MovePace _pace;
        private readonly TimeProvider _time;
        private readonly CancellationToken _cancellation;
        private long _began;
        private TimeSpan _owed;
        private TimeSpan _piece = s_piece;

        internal Worker(MovePace pace, CancellationToken cancellation) => (_pace, _time, _cancellation, _began) = (pace, pace.Time, cancellation, pace.Time.GetTimestamp());

        /// <summary>Whether a piece of work is done and a rest is due.</summary>
        public bool IsDue => !_pace.IsFull && _time.GetElapsedTime(_began) >= _piece;

        /// <summary>
        /// Rests between two pieces of work that somebody else cuts, who holds something of the source in each: who rests inside of one keeps others waiting for longer than by working. From now on
        /// a rest is due inside of one only where that lasts for long.
        /// </summary>
        /// <exception cref="OperationCanceledException">It was to end meanwhile.</exception>
        public void Between()
        {
            if (_pace.IsFull) return;
            _piece = s_longest;
            Rest();
        }

        /// <summary>Rests for as long as what was done since the last time asks for.</summary>
        /// <exception cref="OperationCanceledException">It was to end meanwhile.</exception>
        public void Rest()
        {
            _owed += _pace.RestAfter(_time.GetElapsedTime(_began));
            if (_owed >= s_shortest)
            {
                var began = _time.GetTimestamp();
                Task.Delay(_owed, _time, _cancellation).GetAwaiter().GetResult();
                // Whoever wakes too late has rested more than was owed.
                _owed -= _time.GetElapsedTime(began);
                if (_owed < -s_longest) _owed = -s_longest;
            }
            _began = _time.GetTimestamp();
        }
    }

    private TimeProvider Time => time;
}

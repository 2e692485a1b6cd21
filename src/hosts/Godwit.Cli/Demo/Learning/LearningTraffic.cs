using Godwit.Cli.Sample.LearningSol;
using Godwit.Postgres.Connections;
using Godwit.Sqlite.Native;
using Npgsql;

namespace Godwit.Cli.Demo.Learning;

/// <summary>The application: so many requests a second on a schedule, a fifth of them writes, to the side that takes them.</summary>
internal sealed class LearningTraffic(string path, PostgresSource target, LearningRows rows, LearningBook book, int rate, TimeProvider time) : IDisposable
{
    private const int Workers = 16, WriteEvery = 5;

    private static readonly string[] s_questions =
        ["SELECT id, email, xp FROM users WHERE id = ?1", "SELECT status, attempts FROM user_progress WHERE id = ?1", "SELECT title, price FROM courses WHERE id = ?1"];

    private readonly ManualResetEvent _stop = new(false);
    private readonly List<Thread> _threads = [];
    private readonly Lock _lock = new();
    private volatile bool _moved;
    private readonly long[] _slowest = new long[Workers];
    private long _reads, _failed, _refused, _lastWrite, _pause;
    private string? _fault;

    public long Reads => Interlocked.Read(ref _reads);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Answers "not here": asked again at the other side, until one takes it.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public string? Fault => _fault;

    /// <summary>Each worker has its own: it is asked for when they have ended.</summary>
    public TimeSpan Slowest => time.GetElapsedTime(0, _slowest.Max());

    public void Start()
    {
        var began = time.GetTimestamp();
        for (var worker = 0; worker < Workers; worker++)
        {
            var own = worker;
            _threads.Add(new Thread(() => Work(own, began)) { IsBackground = true });
            _threads[^1].Start();
        }
    }

    public void Stop()
    {
        _stop.Set();
        foreach (var thread in _threads) thread.Join();
    }

    /// <summary>The longest time without an acknowledged write since it was asked last.</summary>
    public TimeSpan TakePause()
    {
        lock (_lock)
        {
            var pause = time.GetElapsedTime(0, _pause);
            _pause = 0;
            return pause;
        }
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Work(int worker, long began)
    {
        using ILearningStore old = new OldStore(path), now = new NewStore(target);
        var (dice, rooms, between) = (new Dice(worker + 1), new Queue<string>(), (double)time.TimestampFrequency * Workers / rate);
        // Each has rows of its own: two writes of one row would race, and nobody could say which has to be there.
        var users = rows.Users.Where((_, i) => i % Workers == worker).ToList();
        var progress = rows.Progress.Where((_, i) => i % Workers == worker).ToList();
        for (var turn = 0L; ; turn++)
        {
            // What a pause keeps from being asked is asked later, and its time is counted from when it was due.
            var planned = began + (long)(between * (turn + (double)worker / Workers));
            var early = time.GetElapsedTime(time.GetTimestamp(), planned).TotalMilliseconds;
            if (_stop.WaitOne(early > 0 ? (int)Math.Ceiling(early) : 0)) return;
            try
            {
                if (dice.OneIn(WriteEvery)) Write(Next(dice, users, progress, rooms, $"demo{worker}x{turn}"), old, now);
                else
                {
                    (_moved ? now : old).Read(Question(dice));
                    Interlocked.Increment(ref _reads);
                }
            }
            catch (Exception fault) when (fault is SqliteException or NpgsqlException)
            {
                Interlocked.Increment(ref _failed);
                _fault ??= fault.Message;
            }
            _slowest[worker] = Math.Max(_slowest[worker], time.GetTimestamp() - planned);
        }
    }

    private void Write(LearningWrite write, ILearningStore old, ILearningStore now)
    {
        var statements = write.Statements;
        for (var moved = _moved; ; moved = !moved)
        {
            if ((moved ? now : old).Write(statements))
            {
                book.Take(write);
                if (_moved != moved) _moved = moved;
                Acknowledge();
                return;
            }
            Interlocked.Increment(ref _refused);
            if (_stop.WaitOne(1)) return;
        }
    }

    private void Acknowledge()
    {
        lock (_lock)
        {
            var at = time.GetTimestamp();
            if (_lastWrite != 0) _pause = Math.Max(_pause, at - _lastWrite);
            _lastWrite = at;
        }
    }

    private LearningWrite Next(Dice dice, List<(string Id, long Points)> users, List<string> progress, Queue<string> rooms, string id)
    {
        var (user, at) = (dice.Pick(users), time.GetUtcNow().ToUnixTimeMilliseconds());
        return dice.Below(10) switch
        {
            < 3 => new Earn(user.Id, user.Points, dice.Below(50) + 1),
            < 6 => new Attempt(dice.Pick(progress), dice.Below(1000)),
            < 8 => SignUpOf(dice, id, at),
            8 when rooms.Count > 2 => new CloseRoom(rooms.Dequeue()),
            _ => Open(dice, rooms, user.Id, id, at),
        };
    }

    private SignUp SignUpOf(Dice dice, string id, long at) => new(id, dice.Pick(rows.Courses), at);

    private static OpenRoom Open(Dice dice, Queue<string> rooms, string host, string id, long at)
    {
        rooms.Enqueue(id);
        return new OpenRoom(id, host, $"Room {id}", dice.Bytes(dice.Below(400)), at);
    }

    private Statement Question(Dice dice)
    {
        var which = dice.Below(s_questions.Length);
        var key = which switch { 0 => dice.Pick(rows.Users).Id, 1 => dice.Pick(rows.Progress), _ => dice.Pick(rows.Courses) };
        return new Statement(s_questions[which], s_questions[which].Replace('?', '$'), key);
    }
}

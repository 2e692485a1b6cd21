using Godwit.Engine.Live;
using Godwit.Engine.Rows;
using Godwit.Model.Findings;

namespace Godwit.Engine.Tests.Live;

/// <summary>Wherever a cut-over ends, one side is written to, and it is the one that has authority.</summary>
public sealed class CutOverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LiveSide.New, false)]
    [InlineData(LiveSide.Old, false)]
    [InlineData(LiveSide.New, true)]
    [InlineData(LiveSide.Old, true)]
    [Trait("Hazard", "1")]
    public async Task A_runner_that_ends_after_any_of_its_acts_leaves_one_side_open_once_another_resumes(LiveSide to, bool byName)
    {
        var ends = 0;
        for (var acts = 0; ; acts++)
        {
            var world = new World(to == LiveSide.New ? LiveSide.Old : LiveSide.New, byName) { ActsLeft = acts };
            var ended = false;
            try
            {
                await world.CutOver.RunAsync(to, TimeSpan.FromMinutes(1), _ => Task.CompletedTask, Token);
            }
            catch (Exception fault) when (fault is Ended or CutOverAbortedException)
            {
                ended = true;
            }
            world.ActsLeft = int.MaxValue;
            Assert.False(world.Sides[LiveSide.Old].IsOpen && world.Sides[LiveSide.New].IsOpen, $"both sides were open after {acts} acts");
            await world.CutOver.ResumeAsync(Token);
            Assert.True(world.Sides[world.Authority.State.Side].IsOpen, $"after {acts} acts");
            Assert.False(world.Sides[1 - world.Authority.State.Side].IsOpen, $"after {acts} acts");
            Assert.Null(world.Authority.State.Towards);
            if (byName) Assert.Equal(world.Authority.State.Side == LiveSide.New, world.Exchanged);
            // Whatever was written before is where it is written now.
            Assert.Equal(7, world.Sides[world.Authority.State.Side].Rows);
            if (!ended) break;
            ends++;
        }
        Assert.True(ends > 5);
    }

    [Fact]
    public async Task What_is_found_at_the_last_look_takes_nobody_anywhere()
    {
        var world = new World(LiveSide.Old);
        var aborted = await Assert.ThrowsAsync<CutOverAbortedException>(() => world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMinutes(1), _ => throw new InvalidOperationException("a row differs"), Token));
        Assert.Contains("a row differs", aborted.Message, StringComparison.Ordinal);
        Assert.True(world.Sides[LiveSide.Old].IsOpen);
        Assert.False(world.Sides[LiveSide.New].IsOpen);
        Assert.Equal(new AuthorityState(LiveSide.Old, 1, null), world.Authority.State);
        await world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMinutes(1), _ => Task.CompletedTask, Token);
        Assert.Equal(new AuthorityState(LiveSide.New, 2, null), world.Authority.State);
    }

    [Fact]
    public async Task An_attempt_that_another_has_ended_opens_nothing()
    {
        var world = new World(LiveSide.Old);
        await Assert.ThrowsAsync<CutOverAbortedException>(() => world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMinutes(1), token => world.Authority.AbortAsync(1, token), Token));
        Assert.False(world.Sides[LiveSide.New].IsOpen);
        await world.CutOver.ResumeAsync(Token);
        Assert.True(world.Sides[LiveSide.Old].IsOpen);
        Assert.False(world.Sides[LiveSide.New].IsOpen);
    }

    [Fact]
    public async Task Whoever_is_asked_to_end_ends_and_says_nothing_of_a_cut_over_that_was_given_up()
    {
        var world = new World(LiveSide.Old);
        using var asked = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMinutes(1), _ => asked.CancelAsync(), asked.Token));
        Assert.True(world.Sides[LiveSide.Old].IsOpen);
        Assert.Equal(new AuthorityState(LiveSide.Old, 1, null), world.Authority.State);
    }

    [Fact]
    public async Task What_takes_longer_than_the_limit_is_given_up_with_the_limit_named()
    {
        var world = new World(LiveSide.Old);
        var aborted = await Assert.ThrowsAsync<CutOverAbortedException>(() => world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMilliseconds(30), token => Task.Delay(Timeout.Infinite, token), Token));
        Assert.Contains("what was left could not be carried within 30ms", aborted.Message, StringComparison.Ordinal);
        Assert.True(world.Sides[LiveSide.Old].IsOpen);
    }

    /// <summary>The exchange has come to pass, and only the answer to its commit was lost.</summary>
    [Fact]
    public async Task What_was_committed_is_not_taken_for_given_up_where_the_answer_was_lost()
    {
        var world = new World(LiveSide.Old, byName: true) { LosesAnswers = true };
        await world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMinutes(1), _ => Task.CompletedTask, Token);
        Assert.Equal(new AuthorityState(LiveSide.New, 1, null), world.Authority.State);
        Assert.False(world.Sides[LiveSide.Old].IsOpen);
        Assert.True(world.Sides[LiveSide.New].IsOpen);
    }

    [Fact]
    public async Task Names_that_cannot_be_exchanged_take_nobody_anywhere()
    {
        var world = new World(LiveSide.Old, byName: true) { Obstacle = new InvalidOperationException("a reader stays") };
        var aborted = await Assert.ThrowsAsync<CutOverAbortedException>(() => world.CutOver.RunAsync(LiveSide.New, TimeSpan.FromMinutes(1), _ => Task.CompletedTask, Token));
        Assert.Contains("a reader stays", aborted.Message, StringComparison.Ordinal);
        Assert.Equal(new AuthorityState(LiveSide.Old, 1, null), world.Authority.State);
        Assert.True(world.Sides[LiveSide.Old].IsOpen);
        Assert.False(world.Sides[LiveSide.New].IsOpen);
        Assert.False(world.Exchanged);
    }

    private sealed class Ended : Exception;

    /// <summary>Two sides and an authority, which end their runner after so many acts.</summary>
    private sealed class World : IExchange
    {
        public World(LiveSide open, bool byName = false)
        {
            Exchanged = byName && open == LiveSide.New;
            Sides = new[] { LiveSide.Old, LiveSide.New }.ToDictionary(s => s, s => new Side(this) { IsOpen = s == open, Rows = s == open ? 7 : 0 });
            Authority = new Row(this) { State = new AuthorityState(open, 0, null) };
            CutOver = new CutOver(Sides.ToDictionary(s => s.Key, s => (ILiveSide)s.Value), Authority, TimeProvider.System, byName ? this : null);
        }

        /// <summary>Whether names are exchanged.</summary>
        public bool Exchanged { get; private set; }

        public bool LosesAnswers { get; init; }

        public Exception? Obstacle { get; init; }

        public int ActsLeft { get; set; } = int.MaxValue;

        public Dictionary<LiveSide, Side> Sides { get; }

        public Row Authority { get; }

        public CutOver CutOver { get; }

        public Task<bool> IsExchangedAsync(CancellationToken cancellation) => Task.FromResult(Exchanged);

        public Task<IReadOnlyList<Finding>> FindObstaclesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Finding>>([]);

        /// <summary>All at once, as a commit is.</summary>
        public Task<bool> GiveAsync(long attempt, LiveSide to, TimeSpan patience, CancellationToken cancellation)
        {
            Act();
            if (Obstacle is not null) throw Obstacle;
            if (Authority.State.Attempt != attempt || Authority.State.Towards != to) return Task.FromResult(false);
            Authority.State = new AuthorityState(to, attempt, null);
            (Exchanged, Sides[to].IsOpen) = (!Exchanged, true);
            if (LosesAnswers) throw new TimeoutException("no answer");
            Act();
            return Task.FromResult(true);
        }

        public void Act()
        {
            if (ActsLeft-- <= 0) throw new Ended();
        }
    }

    private sealed class Side(World world) : ILiveSide
    {
        public bool IsOpen { get; set; }

        public int Rows { get; set; }

        public string Beginning => "0";

        public Task<IChangeDelta> ReadDeltaAsync(string since, bool whole, CancellationToken cancellation) => Task.FromResult<IChangeDelta>(new Nothing(Rows));

        public Task<string?> AppliedAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

        public Task<DeltaRows> ApplyAsync(IChangeDelta delta, CancellationToken cancellation)
        {
            world.Act();
            Rows = ((Nothing)delta).Rows;
            return Task.FromResult(default(DeltaRows));
        }

        public async Task FenceAsync(TimeSpan patience, Func<Task> drain, CancellationToken cancellation)
        {
            world.Act();
            await drain();
            world.Act();
            IsOpen = false;
            world.Act();
        }

        public Task<IReadOnlyDictionary<string, long>> ReadNumbersAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyDictionary<string, long>>(new Dictionary<string, long>());

        public Task ContinueNumbersAsync(IReadOnlyDictionary<string, long> last, CancellationToken cancellation)
        {
            world.Act();
            return Task.CompletedTask;
        }

        public Task UnfenceAsync(CancellationToken cancellation)
        {
            world.Act();
            IsOpen = true;
            return Task.CompletedTask;
        }
    }

    private sealed class Row(World world) : IAuthority
    {
        public AuthorityState State { get; set; } = new(LiveSide.Old, 0, null);

        public Task<AuthorityState?> FindAsync(CancellationToken cancellation) => Task.FromResult<AuthorityState?>(State);

        public Task<long> BeginAsync(LiveSide to, CancellationToken cancellation)
        {
            world.Act();
            State = State with { Attempt = State.Attempt + 1, Towards = to };
            world.Act();
            return Task.FromResult(State.Attempt);
        }

        public Task<bool> GiveAsync(long attempt, CancellationToken cancellation) => EndAsync(attempt, State.Towards);

        public Task<bool> AbortAsync(long attempt, CancellationToken cancellation) => EndAsync(attempt, State.Side);

        private Task<bool> EndAsync(long attempt, LiveSide? side)
        {
            world.Act();
            if (State.Attempt != attempt || State.Towards is null) return Task.FromResult(false);
            State = new AuthorityState(side!.Value, attempt, null);
            world.Act();
            return Task.FromResult(true);
        }
    }

    private sealed class Nothing(int rows) : IChangeDelta
    {
        public int Rows => rows;

        public string Until => "1";

        public IReadOnlyDictionary<LiveTable, long> Keys { get; } = new Dictionary<LiveTable, long>();

        public long FillKeys(LiveTable table, IRowImageSink sink, CancellationToken cancellation) => 0;

        public string Since => "0";

        public IReadOnlyCollection<LiveTable> Whole => [];

        public DeltaRows FillRows(LiveTable table, IRowImageSink sink, Action<UnfitRow>? unfit, CancellationToken cancellation) => default;

        public IEnumerable<string> KeyTexts(LiveTable table) => [];

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}

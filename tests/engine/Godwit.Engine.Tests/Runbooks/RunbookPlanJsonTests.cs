using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

public sealed class RunbookPlanJsonTests
{
    private static readonly Gen<string> s_text = Gen.Elements("", "a", "b_1", "Zürich", "\"quoted\"", "line\nline", "$body$", "\u0001", "日本", "😀", "1.0");

    private static readonly Gen<TimeSpan> s_time = Gen.Choose(0, int.MaxValue).Select(n => TimeSpan.FromMilliseconds(n));

    private static readonly Gen<JsonObject> s_settings = ListOf(Gen.OneOf(
        s_text.Select(t => (JsonNode)t),
        Gen.Choose(0, 5000).Select(n => (JsonNode)(long)n),
        Gen.Elements(true, false).Select(f => (JsonNode)f),
        ListOf(s_text).Select(l => (JsonNode)new JsonArray([.. l.Select(t => (JsonNode)t)])),
        s_text.Select(t => (JsonNode)new JsonObject { ["inner"] = t }))).Select(values => new JsonObject(values.Select((v, i) => KeyValuePair.Create($"k{i}", (JsonNode?)v))));

    private static Gen<List<T>> ListOf<T>(Gen<T> items) => Gen.Choose(0, 3).SelectMany(n => items.ListOf(n)).Select(l => l.ToList());

    private static Gen<string?> Maybe(Gen<string> text) => Gen.OneOf(Gen.Constant<string?>(null), text.Select(t => (string?)t));

    private static Gen<IReadOnlyDictionary<string, T>> Named<T>(Gen<T> values) =>
        ListOf(values).Select(l => (IReadOnlyDictionary<string, T>)l.Select((v, i) => (v, i)).ToDictionary(p => $"n{p.i}", p => p.v, StringComparer.Ordinal));

    private static readonly Gen<StepSettings> s_step =
        from id in s_text
        from title in Maybe(s_text)
        from timeout in s_time
        from timed in Gen.Elements(true, false)
        from irreversible in Maybe(s_text)
        from settings in s_settings
        select new StepSettings { Id = id, Kind = "script", Title = title, Timeout = timed ? timeout : null, Irreversible = irreversible, Settings = settings };

    private static readonly Gen<GateSettings> s_gate =
        from id in s_text
        from title in Maybe(s_text)
        from settings in s_settings
        select new GateSettings { Id = id, Kind = "count", Title = title, Settings = settings };

    private static readonly Gen<PhaseSettings> s_phase =
        from phase in Gen.Elements(Enum.GetValues<Phase>())
        from deadline in s_time
        from gates in ListOf(s_gate)
        from steps in ListOf(s_step)
        select new PhaseSettings(phase, deadline, gates, steps);

    private static readonly Gen<RunbookPlan> s_plan =
        from name in s_text
        from parameters in Named(s_text)
        from roles in Named(ListOf(s_text).Select(l => (IReadOnlyList<string>)l))
        from approvals in ListOf(from role in s_text from count in Gen.Choose(1, 20) select new RequiredApproval(role, count))
        from valid in s_time
        from sources in Named(Maybe(s_text).Select(t => new ValueFrom(Environment: t, File: "f")))
        from tripwires in ListOf(s_settings)
        from keep in s_time
        from phases in ListOf(s_phase)
        from files in Named(s_text.Select(t => new PlannedFile("ab", t)))
        from schema in Maybe(s_text)
        select new RunbookPlan
        {
            Name = name,
            Parameters = parameters,
            Roles = roles,
            Approvals = new Dictionary<Phase, IReadOnlyList<RequiredApproval>> { [Phase.Switch] = approvals },
            ApprovalsValid = valid,
            Sources = sources,
            Tripwires = new JsonArray([.. tripwires.Select(t => t.DeepClone())]),
            KeepOld = keep,
            Phases = phases,
            Files = files,
            Schema = schema,
        };

    [Fact]
    public void What_is_written_reads_as_the_same_plan_with_the_same_hash() =>
        Prop.ForAll(s_plan.ToArbitrary(), plan =>
        {
            var json = RunbookPlanJson.Write(plan);
            var read = RunbookPlanJson.Read(json);
            Assert.Equal(json, RunbookPlanJson.Write(read));
            Assert.Equal(RunbookPlanJson.WithHash(plan).Hash, read.Hash);
            Assert.Equal((plan.Name, plan.KeepOld, plan.Schema), (read.Name, read.KeepOld, read.Schema));
            Assert.Equal(plan.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal), read.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal));
            Assert.Equal(plan.Sources.OrderBy(p => p.Key, StringComparer.Ordinal), read.Sources.OrderBy(p => p.Key, StringComparer.Ordinal));
            Assert.Equal(plan.Files.OrderBy(p => p.Key, StringComparer.Ordinal), read.Files.OrderBy(p => p.Key, StringComparer.Ordinal));
            Assert.Equal(plan.Approvals[Phase.Switch], read.Approvals[Phase.Switch]);
            Assert.Equal(plan.ApprovalsValid, read.ApprovalsValid);
            Assert.Equal(plan.Phases.Select(p => (p.Phase, p.Deadline)), read.Phases.Select(p => (p.Phase, p.Deadline)));
            foreach (var (a, b) in plan.Phases.Zip(read.Phases))
            {
                Assert.Equal(a.Steps.Select(Describe), b.Steps.Select(Describe));
                Assert.Equal(a.Gates.Select(g => (g.Id, g.Kind, g.Title)), b.Gates.Select(g => (g.Id, g.Kind, g.Title)));
                Assert.True(a.Steps.Zip(b.Steps).All(p => JsonNode.DeepEquals(p.First.Settings, p.Second.Settings)));
                Assert.True(a.Gates.Zip(b.Gates).All(p => JsonNode.DeepEquals(p.First.Settings, p.Second.Settings)));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static (string, string, string?, TimeSpan?, string?) Describe(StepSettings s) => (s.Id, s.Kind, s.Title, s.Timeout, s.Irreversible);

    [Fact]
    public void A_database_may_change_spaces_and_order_but_nothing_else()
    {
        var plan = RunbookPlanJson.WithHash(Sample());
        var json = RunbookPlanJson.Write(plan);
        var shuffled = new JsonObject(JsonNode.Parse(json)!.AsObject().Reverse().Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
        Assert.Equal(plan.Hash, RunbookPlanJson.Read(shuffled.ToJsonString(new() { WriteIndented = true })).Hash);
        Assert.NotEqual(plan.Hash, RunbookPlanJson.Read(json.Replace("\"keepOld\":\"7d\"", "\"keepOld\":\"8d\"", StringComparison.Ordinal)).Hash);
    }

    [Theory]
    [InlineData("", "damaged")]
    [InlineData("[]", "no")]
    [InlineData("{}", "format ?")]
    [InlineData("{\"format\":2}", "newer godwit")]
    [InlineData("{\"format\":1}", "damaged")]
    [InlineData("{\"format\":\"1\"}", "damaged")]
    public void What_is_no_plan_is_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<RunbookPlanException>(() => RunbookPlanJson.Read(json)).Message, StringComparison.Ordinal);

    /// <summary>The hash is what people approved: a later version must find the same for what it reads.</summary>
    [Fact]
    public void The_hash_of_a_plan_stays_what_it_is() =>
        Assert.Equal("28d317a0963aebdb12d24f7c54ac69bfb7fb7e36588e23e17c1afd2e7bb78476", RunbookPlanJson.WithHash(Sample()).Hash);

    private static RunbookPlan Sample() => new()
    {
        Name = "sample",
        Parameters = new Dictionary<string, string> { ["a"] = "1" },
        Roles = new Dictionary<string, IReadOnlyList<string>> { ["lead"] = ["ada"] },
        KeepOld = TimeSpan.FromDays(7),
        Phases = [new PhaseSettings(Phase.Expand, TimeSpan.FromHours(1), [], [new StepSettings { Id = "s", Kind = "script", Settings = new JsonObject { ["up"] = "a.sql" } }])],
        Files = new Dictionary<string, PlannedFile> { ["a.sql"] = new("ab", "select 1") },
    };
}

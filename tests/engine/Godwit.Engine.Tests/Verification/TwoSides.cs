using System.Buffers.Binary;
using System.Text;
using Godwit.Engine.Moves;
using Godwit.Engine.Rows;
using Godwit.Engine.Tests.Rows;
using Godwit.Engine.Verification;
using Godwit.Model.Findings;
using Godwit.Model.Moves;
using Godwit.Model.Values;

namespace Godwit.Engine.Tests.Verification;

/// <summary>One table on both sides, equal until a test changes one of them, and what a verification says of it.</summary>
internal sealed class TwoSides
{
    /// <summary>In every text: no message may hold it.</summary>
    public const string Secret = "s3cret";

    private static readonly UInt128 Key = new(3, 5);

    public TwoSides(TablePlan table) => Table = table;

    public TablePlan Table { get; set; }

    public List<MemoryRow> Source { get; } = [];

    public List<byte[]?[]> Target { get; } = [];

    /// <summary>Quarantine rows of the target; those of the source are the quarantined ones.</summary>
    public List<byte[]?[]> Quarantine { get; } = [];

    public SecondDecoding Decoding { get; set; } = SecondDecoding.Every;

    public int Jobs { get; set; } = 3;

    public int MostHashes { get; set; } = 1_000_000;

    public MoveProgress Progress { get; } = new(TimeProvider.System);

    /// <summary>Rows 1 to <paramref name="count"/> of id, name and note, in ranges of <paramref name="perRange"/>.</summary>
    public static TwoSides Keyed(int count, int perRange = 10)
    {
        var bounds = Enumerable.Range(1, Math.Max(0, (count - 1) / perRange)).Select(i => (long)i * perRange).ToArray();
        var sides = new TwoSides(TablePlans.Keyed(bounds, TablePlans.Column("name", TargetType.Text), TablePlans.Column("note", TargetType.Text)));
        for (var id = 1; id <= count; id++) sides.Add(id, Bigint(id), Text(id), Text(id + 1000));
        return sides;
    }

    /// <summary>Rows of name and note without any key.</summary>
    public static TwoSides Keyless(int count)
    {
        var sides = new TwoSides(TablePlans.Table(TablePlans.Column("name", TargetType.Text), TablePlans.Column("note", TargetType.Text)));
        for (var row = 1; row <= count; row++) sides.Add(row, Text(row), Text(row + 1000));
        return sides;
    }

    public void Add(long number, params byte[]?[] fields)
    {
        Source.Add(new MemoryRow(number, fields));
        Target.Add(fields);
    }

    public async Task<TableVerification> VerifyAsync() => Assert.Single((await RunAsync()).Tables);

    public async Task<IReadOnlyList<Finding>> FindingsAsync()
    {
        var findings = (await RunAsync()).Mismatches;
        Assert.All(findings, f =>
        {
            Assert.DoesNotContain(Secret, $"{f.Message} {f.Place} {f.Remedy} {f.SourceText}", StringComparison.Ordinal);
            Assert.Equal((Severity.Error, Table.SourceName), (f.Severity, f.Table));
            Assert.Null(f.Value);
        });
        return findings;
    }

    /// <summary>Each finding as <c>code place</c>.</summary>
    public async Task<IEnumerable<string>> SaidAsync() => (await FindingsAsync()).Select(f => $"{f.Code.Id} {f.Place}");

    public async Task<MoveVerification> RunAsync(CancellationToken? cancellation = null)
    {
        var table = Table with { Rows = Source.Count };
        var target = new MemoryTarget(Key, new Dictionary<string, List<byte[]?[]>> { [table.TargetName] = Target }) { Quarantine = { [table.TargetName] = Quarantine } };
        var plan = new MovePlan { Schema = "public", Tables = [table], Views = [], NotMoved = [], SourceSchemaHash = "" };
        var source = new MemorySource(new Dictionary<string, List<MemoryRow>> { [table.SourceName] = Source });
        return await new MoveVerifier(source, target, plan, Key, new MoveRunOptions { Jobs = Jobs, Decoding = Decoding, MostHashes = MostHashes }, Progress)
            .RunAsync(cancellation ?? TestContext.Current.CancellationToken);
    }

    public static byte[] Bigint(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Text(object value) => Encoding.UTF8.GetBytes(Secret + value);
}

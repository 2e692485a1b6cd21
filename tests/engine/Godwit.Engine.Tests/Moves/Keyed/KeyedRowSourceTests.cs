using System.Buffers.Binary;
using System.Text;
using Godwit.Engine.Moves.Keyed;
using Godwit.Engine.Rows;
using Godwit.Engine.Tests.Rows;
using Godwit.Engine.Tests.Verification;
using Godwit.Model.Moves;
using Godwit.Model.Values;
using Godwit.Security.Keyring;
using Godwit.TestServers;

namespace Godwit.Engine.Tests.Moves.Keyed;

/// <summary>What a source with keyed columns gives to be copied and compared.</summary>
public sealed class KeyedRowSourceTests : IAsyncLifetime
{
    private static readonly UInt128 s_key = new(1, 2);

    private TestKeyring _keyring = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _keyring = await TestKeyring.MakeAsync();

    public ValueTask DisposeAsync() => _keyring.DisposeAsync();

    [Fact]
    public async Task What_was_copied_opens_to_what_the_source_is_verified_by_in_either_way_of_decoding()
    {
        var (source, table) = await OpenAsync();
        using (var write = await source.BeginRangeAsync(table, 0, Token))
        {
            Assert.StartsWith("index:", write!.Keys, StringComparison.Ordinal);
            var copied = Read(source, table, ReadPurpose.Copy);
            var verified = Read(source, table, ReadPurpose.Verify);
            var opener = source.CreateOpener(table)!;
            var decoder = source.CreateSecondDecoder(table);
            Assert.Equal(verified.Select(r => Convert.ToHexString(r.Image)), copied.Select(r => Convert.ToHexString(opener.Open(r.Image))));
            Assert.All(copied.Zip(verified), pair =>
            {
                Assert.True(decoder.TryDecode(pair.First.Image, out var decoded));
                Assert.Equal(Convert.ToHexString(pair.Second.Stored), Convert.ToHexString(decoded));
                Assert.True(pair.First.Image.AsSpan().IndexOf("secret"u8) < 0, "a plain value is in what is copied");
            });
            // Each time another ciphertext, and never another digest.
            Assert.NotEqual(copied.Select(r => Convert.ToHexString(r.Image)), Read(source, table, ReadPurpose.Copy).Select(r => Convert.ToHexString(r.Image)));
        }
    }

    [Fact]
    public async Task A_blob_that_is_edited_or_of_another_row_or_plain_opens_to_no_value_of_the_source()
    {
        var (source, table) = await OpenAsync();
        using var write = await source.BeginRangeAsync(table, 0, Token);
        var copied = Read(source, table, ReadPurpose.Copy).ConvertAll(r => Fields(r.Image));
        var verified = Read(source, table, ReadPurpose.Verify).ConvertAll(r => Convert.ToHexString(r.Image));
        byte[] edited = [.. copied[0][1]!];
        edited[40] ^= 1;
        foreach (var wrong in (byte[][])[edited, copied[1][1]!, "secret 1"u8.ToArray(), [], [1, .. "secret 1"u8]])
        {
            var image = NaiveImages.Of([copied[0][0], wrong, copied[0][2]]);
            Assert.DoesNotContain(Convert.ToHexString(source.CreateOpener(table)!.Open(image)), verified);
            Assert.False(source.CreateSecondDecoder(table).TryDecode(image, out _));
        }
    }

    [Fact]
    public async Task A_range_keeps_the_index_key_that_it_began_with_and_holds_back_its_host_s_word_until_it_has_ended()
    {
        var (source, table) = await OpenAsync();
        var before = _keyring.Run.Position;
        var write = await source.BeginRangeAsync(table, 0, Token);
        var first = Read(source, table, ReadPurpose.Verify).ConvertAll(r => Convert.ToHexString(r.Image));
        await _keyring.RotateAsync(KeyPurpose.Index);
        await _keyring.RotateAsync(KeyPurpose.Data);
        await _keyring.Run.RefreshAsync(now: true, Token);
        Assert.Equal(before, _keyring.Run.Position);
        var opener = source.CreateOpener(table)!;
        Assert.Equal(first, Read(source, table, ReadPurpose.Copy).ConvertAll(r => Convert.ToHexString(opener.Open(r.Image))));
        write!.Dispose();
        Assert.True(_keyring.Run.Position.Version > before.Version);
        using var next = await source.BeginRangeAsync(table, 0, Token);
        Assert.NotEqual(write.Keys, next!.Keys);
    }

    private async Task<(IRowSource Source, TablePlan Table)> OpenAsync()
    {
        ColumnPlan Column(string name, TargetType type, ColumnTransform? transform = null) => new()
        {
            SourceName = name, TargetName = name, DeclaredType = "", Affinity = Affinity.Blob, Type = type, Mapping = new ValueMapping(MappingKind.Verbatim), Reason = "", Transform = transform,
        };
        var table = new TablePlan
        {
            SourceName = "t", TargetName = "t", HasRowId = false, KeyColumns = [0], PrimaryKey = new KeyPlan("t_pkey", [0]), Uniques = [], Indexes = [], Checks = [], ForeignKeys = [], Rows = 3, Bytes = 0,
            Ranges = [new RowIdRange(null, null)],
            Columns =
            [
                Column("id", TargetType.Bigint),
                Column("e", TargetType.Bytea, new ColumnTransform("encrypt", """{"encrypted":false,"row":["id"]}""", ["e"])),
                Column("i", TargetType.Bytea, new ColumnTransform("blind_index", """{"encrypted":false,"normalise":"exact","purpose":"t.e"}""", ["e"])),
            ],
        };
        var plan = new MovePlan { Schema = "public", Tables = [table], Views = [], NotMoved = [], SourceSchemaHash = "" };
        Assert.Empty(KeyedMoves.Check(plan));
        var rows = Enumerable.Range(1, 3).Select(n => Row(n, n == 3 ? null : $"secret {n}")).ToList();
        return (await KeyedRowSource.OpenAsync(new MemorySource(new Dictionary<string, List<MemoryRow>> { ["t"] = rows }), plan, _keyring.Run, Token), table);
    }

    /// <summary>As a reader gives it: the value, and in the place of its index what that is made of. What the source stores has nothing in that place.</summary>
    private static MemoryRow Row(long id, string? value)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, id);
        var plain = value is null ? null : Encoding.UTF8.GetBytes(value);
        return new MemoryRow(id, key, plain, plain is null ? null : [0, 0, 0, 0, .. plain]) { Stored = NaiveImages.Of([key, plain]) };
    }

    private static List<(byte[] Image, byte[] Stored)> Read(IRowSource source, TablePlan table, ReadPurpose purpose)
    {
        using var reader = source.OpenReader(table, purpose);
        using var buffer = new RowImageBuffer(s_key, sink: null);
        var rows = new Collector();
        reader.Read(table.Ranges[0], buffer, rows, Token);
        return rows.Rows;
    }

    private static byte[]?[] Fields(byte[] image)
    {
        var fields = new List<byte[]?>();
        for (var at = 0; at < image.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(image.AsSpan(at));
            fields.Add(length < 0 ? null : image[(at + 4)..(at + 4 + length)]);
            at += 4 + Math.Max(length, 0);
        }
        return [.. fields];
    }

    private sealed class Collector : IRowVisitor
    {
        public List<(byte[] Image, byte[] Stored)> Rows { get; } = [];

        public void Visit(UInt128 hash, RowImageBuffer buffer, ISourceRow row)
        {
            Assert.True(buffer.TryGetRow(out var image));
            Rows.Add((image.ToArray(), row.SourceImage().ToArray()));
        }
    }
}

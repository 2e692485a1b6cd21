using System.Security.Cryptography;
using System.Text;
using Godwit.Engine.Transforms;
using Godwit.Model.Findings;
using static Godwit.Engine.Tests.Transforms.Transforming;

namespace Godwit.Engine.Tests.Transforms;

public sealed class TransformTests
{
    [Theory]
    [InlineData("copy: from_column", "As It Is", "As It Is")]
    [InlineData("lower: email", "ÄnnA@X.DE", "änna@x.de")]
    [InlineData("constant: migrated-legacy", null, "migrated-legacy")]
    [InlineData("mail_address: {from: email, give: mailbox}", " Ada@B\u00dcCHER.example ", "Ada@xn--bcher-kva.example")]
    [InlineData("mail_address: {from: email, give: normal}", " Ada@B\u00dcCHER.example ", "ada@xn--bcher-kva.example")]
    [InlineData("mail_address: {from: email, give: fault}", " Ada@B\u00dcCHER.example ", null)]
    [InlineData("mail_address: {from: email, give: mailbox}", "nobody", null)]
    [InlineData("mail_address: {from: email, give: normal}", "nobody", null)]
    [InlineData("mail_address: {from: email, give: fault}", "nobody", "must have an @, as in name@example.org")]
    [InlineData("mail_address: {from: email, give: fault}", null, "is missing")]
    [InlineData("split: {from: name, separator: ' ', part: 1}", "Ada King Lovelace", "Ada")]
    [InlineData("split: {from: name, separator: ' ', part: 2}", "Ada King Lovelace", "King")]
    [InlineData("split: {from: name, separator: ' ', part: 2, rest: true}", "Ada King Lovelace", "King Lovelace")]
    [InlineData("split: {from: name, separator: ' ', part: 4}", "Ada King Lovelace", null)]
    [InlineData("split: {from: name, separator: ' ', part: 1}", "", "")]
    [InlineData("lookup: {from: plan, values: {free: basic, gold: pro}}", "gold", "pro")]
    [InlineData("lookup: {from: plan, values: {free: basic}, otherwise: keep}", "gold", "gold")]
    [InlineData("lookup: {from: plan, values: {free: basic}, otherwise: 'null'}", "gold", null)]
    public void Values_become_what_the_runbook_says(string yaml, string? input, string? expected) => Assert.Equal(expected, Apply(yaml, input));

    [Theory]
    [InlineData("copy: a")]
    [InlineData("lower: a")]
    [InlineData("mail_address: {from: a, give: normal}")]
    [InlineData("hash: a")]
    [InlineData("hash: {from: a, key: PEPPER}")]
    [InlineData("lookup: {from: a, values: {x: y}}")]
    [InlineData("split: {from: a, separator: x, part: 1}")]
    [InlineData("mask:email: {from: a, key: MASK_KEY}")]
    public void NULL_stays_NULL(string yaml) => Assert.Null(Apply(yaml, [null]));

    [Theory]
    [InlineData(new[] { "Ada", "Lovelace" }, "Ada Lovelace")]
    [InlineData(new[] { "Ada", null }, "Ada")]
    [InlineData(new string?[] { null, null }, null)]
    public void Merged_parts_leave_NULL_out(string?[] parts, string? expected) => Assert.Equal(expected, Apply("merge: [first, last]", parts));

    [Fact]
    public void Merged_parts_are_NULL_with_one_of_them_where_the_runbook_says_so() =>
        Assert.Null(Apply("merge: {from: [first, last], nulls: 'null', separator: ', '}", "Ada", null));

    [Fact]
    public void A_hash_without_a_key_is_SHA_256() =>
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Apply("hash: a", "abc"));

    /// <summary>RFC 4231, test case 2.</summary>
    [Fact]
    public void A_hash_with_a_key_is_HMAC_SHA_256()
    {
        var jefe = new Transforming.Environment(new() { ["K"] = "Jefe" });
        Assert.Equal(
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            Bind("hash: {from: a, key: K}").Open(jefe)([CellValue.Of("what do ya want for nothing?")]).Text);
    }

    [Fact]
    public void A_hash_is_written_as_hex_as_base64url_or_as_bytes()
    {
        var digest = HMACSHA256.HashData("pepper"u8, Encoding.UTF8.GetBytes("Schlüssel"));
        Assert.Equal(Convert.ToHexStringLower(digest), Apply("hash: {from: a, key: PEPPER}", "Schlüssel"));
        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(digest), Apply("hash: {from: a, key: PEPPER, output: base64url}", "Schlüssel"));
        var bytes = Bind("hash: {from: a, key: PEPPER, output: bytea}");
        Assert.Equal(TransformOutput.Bytes, bytes.Output);
        Assert.Equal(digest, bytes.Open(Variables)([CellValue.Of("Schlüssel")]).Bytes);
    }

    [Fact]
    public void Bytes_are_hashed_as_they_are() =>
        Assert.Equal(Apply("hash: a", "abc"), Bind("hash: a").Open(Variables)([CellValue.Of("abc"u8.ToArray())]).Text);

    [Fact]
    public void A_value_without_an_entry_fails_without_being_named()
    {
        var refusal = Assert.Throws<TransformException>(() => Apply("lookup: {from: plan, values: {free: basic}}", "secret-plan"));
        Assert.DoesNotContain("secret-plan", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SQL_is_left_to_the_database()
    {
        var sql = Bind("sql: lower(email)");
        Assert.Equal(("lower(email)", true), (sql.Expression, sql.IsRepeatable));
        Assert.Empty(sql.Inputs);
        Assert.False(Bind("sql: {expression: now(), volatile: true}").IsRepeatable);
    }

    [Theory]
    [InlineData("hash: {from: a, key: MISSING}", "MISSING")]
    [InlineData("mask:email: {from: a, key: MISSING}", "MISSING")]
    [InlineData("mask:email: {from: a, key: SHORT}", "SHORT")]
    public void A_secret_that_is_missing_or_too_short_is_a_finding(string yaml, string variable)
    {
        var finding = Assert.Single(Bind(yaml).FindMissing(Variables));
        Assert.Equal(FindingCodes.SecretMissing, finding.Code);
        Assert.Contains(variable, finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sql: ' '")]
    [InlineData("sql: a; b")]
    [InlineData("split: {from: a, separator: '', part: 1}")]
    [InlineData("lookup: {from: a, values: {}}")]
    [InlineData("merge: {from: []}")]
    public void Parameters_that_mean_nothing_are_findings(string yaml)
    {
        var registry = TransformRegistry.Standard;
        var written = yaml.StartsWith("merge", StringComparison.Ordinal)
            ? new TransformSettings("c", "merge", new System.Text.Json.Nodes.JsonObject { ["from"] = new System.Text.Json.Nodes.JsonArray() })
            : Read(yaml);
        Assert.Equal(FindingCodes.TransformSettings, Assert.Single(registry.Check(written)).Code);
    }

    [Fact]
    public void A_value_never_prints_itself()
    {
        Assert.Equal("text", CellValue.Of("secret").ToString());
        Assert.Equal("bytes", CellValue.Of("secret"u8.ToArray()).ToString());
        Assert.Equal("NULL", CellValue.Null.ToString());
    }

    [Fact]
    public void A_column_is_read_from_the_one_of_its_own_name_where_none_is_named() =>
        Assert.Equal(["created_at"], TransformRegistry.Standard.Bind(Read("copy: {}", "created_at")).Inputs);
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.People;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.People;

/// <summary>A signed statement is one text, and no other text passes for it.</summary>
public sealed class SignedStatementTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(300);

    private static readonly SigningKey s_key = SigningKey.Create();

    private static readonly Gen<string> s_text = Gen.Elements("a", "Ada Lovelace", "\"", "\\", "é", "\u2028", "\U0001F600", "{}", " ").ListOf().Select(string.Concat);

    private static readonly Gen<SignedStatement> s_signed =
        from purpose in Gen.Elements(Enum.GetValues<Purpose>())
        from person in s_text
        from subject in s_text
        from text in s_text
        from hasMore in Gen.Elements(true, false)
        from seconds in Gen.Choose(0, int.MaxValue)
        select SignedStatement.Sign(Statement(purpose, person, subject, hasMore ? text : null, seconds), s_key);

    [Fact]
    public void Written_and_read_it_is_the_same() => Check.One(s_many, Prop.ForAll(s_signed.ToArbitrary(), signed =>
        SignedStatement.TryRead(signed.Write()) is { } read && read == signed && read.IsBy(s_key.Public)));

    [Fact]
    public void No_single_bit_of_it_can_be_changed() => Check.One(s_many, Prop.ForAll(s_signed.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (signed, where) =>
    {
        var bytes = Encoding.UTF8.GetBytes(signed.Write());
        bytes[where / 8 % bytes.Length] ^= (byte)(1 << (where % 8));
        return !IsAccepted(Encoding.UTF8.GetString(bytes));
    }));

    [Fact]
    public void Not_one_bit_of_one_statement_can_be_changed()
    {
        var original = Encoding.UTF8.GetBytes(SignedStatement.Sign(Statement(Purpose.ApprovePhase, "Ada", "switch", "yes", 7), s_key).Write());
        for (var i = 0; i < original.Length * 8; i++)
        {
            var bytes = original.ToArray();
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            Assert.False(IsAccepted(Encoding.UTF8.GetString(bytes)), $"bit {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"signature\":\"\",\"statement\":{}}")]
    [InlineData("{\"signature\":1,\"statement\":[]}")]
    public void What_is_no_statement_is_none(string text) => Assert.Null(SignedStatement.TryRead(text));

    [Fact]
    public void A_member_more_or_twice_or_in_another_place_is_a_change()
    {
        var text = SignedStatement.Sign(Statement(Purpose.Attest, "Ada", "box", null, 7), s_key).Write();
        Assert.NotNull(SignedStatement.TryRead(text));
        foreach (var other in new[] { text.Replace("{\"at\"", "{\"aa\":1,\"at\"", StringComparison.Ordinal), text.Replace("\"kid\"", "\"role\":null,\"kid\"", StringComparison.Ordinal), text.Replace("{\"at\"", "{\"at\":\"x\",\"at\"", StringComparison.Ordinal), text + "\n", " " + text })
            Assert.Null(SignedStatement.TryRead(other));
    }

    private static bool IsAccepted(string text) => SignedStatement.TryRead(text) is { } read && read.IsBy(s_key.Public);

    private static Statement Statement(Purpose purpose, string person, string subject, string? text, int seconds)
    {
        var at = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return new Statement
        {
            Purpose = purpose, Runbook = "shop", Plan = new string('a', 64), Subject = subject, Run = text is null ? null : Guid.Empty, Target = text, Person = person, Role = text, Kid = s_key.Kid, At = at,
            Expires = at.AddDays(7), Nonce = "00ff", Text = text,
        };
    }
}

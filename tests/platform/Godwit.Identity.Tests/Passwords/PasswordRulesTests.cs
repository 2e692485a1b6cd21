using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.Passwords;
using Godwit.Security.Emails;

namespace Godwit.Identity.Tests.Passwords;

public sealed class PasswordRulesTests : IDisposable
{
    private static readonly EmailAddress s_ada = EmailAddress.Read("Ada.Lovelace@analytical.example").Address!;

    private readonly FilterFolder _folder = new();
    private readonly BreachedPasswords _breached;
    private readonly PasswordRules _rules;

    public PasswordRulesTests()
    {
        _breached = BreachedPasswords.Open(_folder.Make("password123", "iloveyou1", "Sunshine99", "87654321"));
        _rules = new PasswordRules(_breached, "Suma Finance");
    }

    public void Dispose()
    {
        _breached.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(7, false), InlineData(8, true), InlineData(64, true), InlineData(128, true), InlineData(129, false)]
    [Trait("ASVS", "6.2.1")]
    [Trait("ASVS", "6.2.9")]
    public void A_password_has_8_to_128_characters(int length, bool taken)
    {
        Assert.Equal(taken, _rules.Faults(Text("q"), s_ada).Count == 0);
        // Characters and not halves or bytes of them.
        Assert.Equal(taken, _rules.Faults(Text("\U0001F426"), s_ada).Count == 0);

        string Text(string one) => string.Concat(Enumerable.Repeat(one, length));
    }

    [Theory]
    [InlineData("qqqqqqqqq"), InlineData("        x"), InlineData("73910264"), InlineData("ЗИМНИЙЛЕС"), InlineData("correct horse battery staple"), InlineData("\u0001\u0002\0\u0004\u0005\u0006\u0007\u0008"), InlineData("🐦🐦🐦🐦🐦🐦🐦🐦")]
    [Trait("ASVS", "6.2.5")]
    public void No_rule_says_which_characters_there_are(string password) => Assert.Empty(_rules.Faults(password, s_ada));

    [Theory]
    [InlineData("password123"), InlineData("PASSWORD123"), InlineData("Password123"), InlineData("ｐａｓｓｗｏｒｄ１２３"), InlineData("sunshine99"), InlineData("SUNSHINE99")]
    [Trait("ASVS", "6.2.4")]
    [Trait("ASVS", "6.2.12")]
    public void A_stolen_password_is_refused_however_it_is_typed(string password) => Assert.Contains("stolen elsewhere", Assert.Single(_rules.Faults(password, s_ada)), StringComparison.Ordinal);

    [Theory]
    [InlineData("ada.lovelace"), InlineData("Lovelace1"), InlineData("L0ve1ace!!"), InlineData("lovelacelovelace"), InlineData("analytical7"), InlineData("AnalyticalLovelace"), InlineData("SumaFinance24"), InlineData("suma finance"),
        InlineData("$um@F1nance"), InlineData("Countess1815"), InlineData("lovelace87654321")]
    [Trait("ASVS", "2.2.3")]
    [Trait("ASVS", "6.2.11")]
    public void What_is_made_of_names_addresses_and_the_services_name_is_refused(string password) =>
        Assert.Contains("your name, your address", Assert.Single(_rules.Faults(password, s_ada, "Ada", "Countess")), StringComparison.Ordinal);

    [Theory]
    [InlineData("lovelace and seven ravens"), InlineData("adagio-molto"), InlineData("example-qwz")]
    public void A_word_in_a_long_password_or_by_chance_in_another_word_is_no_fault(string password) => Assert.Empty(_rules.Faults(password, s_ada, "Ada"));

    [Fact]
    public void Names_of_two_characters_count_where_they_are_whole_names() =>
        Assert.Single(_rules.Faults("王芳abc123", EmailAddress.Read("x@example.org").Address, "王芳"));

    [Fact]
    public void All_faults_are_told_at_once_and_none_repeats_the_password()
    {
        var faults = _rules.Faults("password123", EmailAddress.Read("password@example.org").Address);
        Assert.Equal(2, faults.Count);
        Assert.DoesNotContain(faults, f => f.Contains("password123", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("ASVS", "6.2.8")]
    public void The_form_that_is_hashed_keeps_case_and_white_space_and_joins_what_keyboards_write_apart()
    {
        Assert.Equal(" Pass Word ", PasswordRules.Form(" Pass Word "));
        Assert.Equal(PasswordRules.Form("Cafe\u0301 \uFB01n"), PasswordRules.Form("Caf\u00e9 fin"));
        Assert.Null(PasswordRules.Form("half a pair \ud83d"));
    }

    [Fact]
    public void A_megabyte_and_half_a_pair_are_faults() =>
        Assert.Equal(["must have at most 128 characters", "must be valid Unicode"], [.. _rules.Faults(new string('\uFDFA', 1_000_000), s_ada), .. _rules.Faults("half a pair \ud83d", s_ada)]);

    [Fact]
    public void Whatever_is_typed_is_taken_or_refused_and_never_an_error_of_ours() => Check.QuickThrowOnFailure(Prop.ForAll<string?, string?>((password, name) =>
        _rules.Faults(password ?? "", s_ada, name ?? "").All(f => f.StartsWith("must ", StringComparison.Ordinal))));
}

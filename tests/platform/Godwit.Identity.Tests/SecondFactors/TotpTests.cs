using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Godwit.Identity.SecondFactors;

namespace Godwit.Identity.Tests.SecondFactors;

public sealed class TotpTests
{
    private static readonly byte[] s_seed = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_111);

    [Theory]
    [InlineData(59, "287082"), InlineData(1111111109, "081804"), InlineData(1111111111, "050471"), InlineData(1234567890, "005924"), InlineData(2000000000, "279037"), InlineData(20000000000, "353130")]
    [Trait("ASVS", "11.2.1")]
    public void Codes_are_those_of_RFC_6238_appendix_B(long time, string code)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time);
        Assert.Equal(code, Totp.CodeAt(s_seed, Totp.StepAt(now)));
        Assert.Equal(Totp.StepAt(now), Totp.Match(s_seed, code, now, lastStep: null));
    }

    [Fact]
    public void Codes_are_those_of_RFC_4226_appendix_D() =>
        Assert.Equal(["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"], Enumerable.Range(0, 10).Select(step => Totp.CodeAt(s_seed, step)));

    [Theory]
    [InlineData(-2, false), InlineData(-1, true), InlineData(0, true), InlineData(1, true), InlineData(2, false)]
    [Trait("ASVS", "6.5.5")]
    public void A_code_is_taken_one_step_before_and_after_its_own(int steps, bool taken)
    {
        var step = Totp.StepAt(s_now) + steps;
        Assert.Equal(taken ? step : null, Totp.Match(s_seed, Totp.CodeAt(s_seed, step), s_now, lastStep: null));
    }

    [Fact]
    [Trait("ASVS", "6.5.1")]
    public void A_code_is_taken_once_and_none_from_before_it() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.Choose(-1, 1).ListOf().ToArbitrary(), looks =>
    {
        long? last = null;
        var taken = new List<long>();
        foreach (var look in looks)
        {
            if (Totp.Match(s_seed, Totp.CodeAt(s_seed, Totp.StepAt(s_now) + look), s_now, last) is not { } step) continue;
            taken.Add(step);
            last = step;
        }
        return taken.Zip(taken.Skip(1)).All(p => p.First < p.Second);
    }));

    [Theory]
    [InlineData("050 471", true), InlineData(" 050471\n", true), InlineData("050-471", true), InlineData("050471", true), InlineData("050472", false), InlineData("50471", false), InlineData("0050471", false), InlineData("", false),
        InlineData("٠٥٠٤٧١", false), InlineData("05O471", false)]
    public void A_code_is_read_as_people_type_it(string typed, bool taken) => Assert.Equal(taken, Totp.Match(s_seed, typed, s_now, lastStep: null) is not null);

    [Fact]
    [Trait("ASVS", "6.5.3")]
    public void A_seed_has_160_bits_and_is_never_the_same() => Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Convert.ToHexString(Totp.NewSeed())).Where(s => s.Length == 40).Distinct(StringComparer.Ordinal).Count());
}

using Godwit.Identity.Phones;

namespace Godwit.Identity.Tests.Phones;

[Trait("ASVS", "2.2.1")]
public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("+4930123456")]
    [InlineData(" +49 (0) 30 / 123-456 ")]
    [InlineData("+49.30.123456")]
    [InlineData("＋４９ ３０ １２３４５６")]
    [InlineData("+49\u00A030\u2011123456")]
    public void One_number_has_one_form_however_it_is_typed(string typed) => Assert.Equal("+4930123456", PhoneNumber.Read(typed).Number?.Digits);

    [Theory]
    [InlineData("")]
    [InlineData("030 123456")]
    [InlineData("0049 30 123456")]
    [InlineData("+049 30 123456")]
    [InlineData("+49")]
    [InlineData("+49 30 12345678901234")]
    [InlineData("+49 30 CALL-NOW")]
    [InlineData("+49 30 123456;ext=7")]
    [InlineData("++49 30 123456")]
    [InlineData("+49 30 123\u202E456")]
    [InlineData("+49 30 ١٢٣٤٥٦")]
    public void What_is_no_number_is_refused_with_a_reason(string typed)
    {
        var (number, fault) = PhoneNumber.Read(typed);
        Assert.Null(number);
        Assert.False(string.IsNullOrEmpty(fault));
    }

    [Fact]
    public void A_long_text_is_refused_before_it_is_looked_at() => Assert.NotNull(PhoneNumber.Read(new string('1', 100_000)).Fault);
}

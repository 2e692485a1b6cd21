using Godwit.Engine.People;

namespace Godwit.Engine.Tests.People;

public sealed class PersonTests
{
    [Theory]
    [InlineData("Ada", true)]
    [InlineData("Ada Lovelace", true)]
    [InlineData("ada@example.org", true)]
    [InlineData("Séán Ó Sé, Jr.", true)]
    [InlineData("", false)]
    [InlineData("-Ada", false)]
    [InlineData("Ada ", false)]
    [InlineData("Ada\n", false)]
    [InlineData("../ada", false)]
    [InlineData("Ada: CTO", false)]
    [InlineData("\"; DROP", false)]
    public void A_name_is_what_can_stand_on_a_line_and_in_a_file_s_name(string text, bool isName) => Assert.Equal(isName, Person.IsName(text));
}

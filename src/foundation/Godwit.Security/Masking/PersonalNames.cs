namespace Godwit.Security.Masking;

/// <summary>Tells by its name whether a field is about a person: <c>email</c>, <c>phone_number</c>, <c>cardNumber</c>, <c>IBAN</c>, …</summary>
public static class PersonalNames
{
    private static readonly NameWords s_names = new(
        ["email", "emailaddress", "phone", "iban", "cardnumber", "creditcard", "firstname", "lastname", "surname", "fullname", "birthdate", "dateofbirth", "socialsecurity", "passport", "postaladdress", "streetaddress"],
        "mail", "mobile", "pan", "cvv", "cvc", "ssn", "dob");

    public static bool IsPersonal(string name) => s_names.IsIn(name);
}
